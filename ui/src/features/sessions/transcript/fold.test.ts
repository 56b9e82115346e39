import { describe, expect, it } from 'vitest';
import type { Entry } from '@/shared/api/types';
import { Fold } from './fold';
import type { Row } from './rows';

type Body<E> = E extends Entry ? Omit<E, 'session_id' | 'seq' | 'turn' | 'at'> : never;

function entries(...bodies: Body<Entry>[]): Entry[] {
  return bodies.map((body, i) => ({ session_id: 's', seq: i + 1, turn: 1, at: '2026-11-22T10:00:00Z', ...body }) as Entry);
}
function fold(list: Entry[], pieceLength = Infinity): Fold {
  const folded = new Fold({ pieceLength });
  folded.addAll(list);
  return folded;
}
const rowsOf = (list: Entry[], pieceLength?: number): Row[] => fold(list, pieceLength).rows();
const texts = (rows: readonly Row[]) => rows.map((row) => ('text' in row ? `${row.kind}: ${row.text}` : row.kind));

const call = (status: 'pending' | 'in_progress' | 'completed', extra: object = {}): Body<Entry> => ({
  kind: 'tool_call',
  tool_call_id: 't1',
  title: 'Edit a.ts',
  tool_kind: 'edit',
  status,
  content: null,
  locations: null,
  input: null,
  output: null,
  ...extra,
});

describe('folding a transcript', () => {
  it('joins consecutive chunks of one message, and only those', () => {
    const rows = rowsOf(
      entries(
        { kind: 'agent_message', item: 'a', text: 'Hel' },
        { kind: 'usage', used: 10, size: 100, cost: null, currency: null },
        { kind: 'agent_message', item: 'a', text: 'lo' },
        { kind: 'agent_message', item: 'b', text: 'next' },
        { kind: 'thought', item: 'b', text: 'hm' },
        { kind: 'agent_message', item: 'b', text: 'after' },
      ),
    );
    expect(texts(rows)).toEqual(['message: Hello', 'message: next', 'thought: hm', 'message: after']);
  });

  it('shows a tool call once, where it began, in its newest state', () => {
    const rows = rowsOf(
      entries(
        call('pending', { content: [{ type: 'text', text: 'plan' }], input: '{"path":"a.ts"}' }),
        { kind: 'agent_message', item: 'a', text: 'meanwhile' },
        call('in_progress'),
        call('completed', { output: '{"ok":true}' }),
      ),
    );
    expect(rows.map((row) => row.kind)).toEqual(['tool', 'message']);
    expect(rows[0]).toMatchObject({ status: 'completed', content: [{ text: 'plan' }], input: '{"path":"a.ts"}', output: '{"ok":true}' });
  });

  it('replaces content when the agent sends an empty list, and keeps it for null', () => {
    const rows = rowsOf(entries(call('pending', { content: [{ type: 'text', text: 'x' }] }), call('completed', { content: [] })));
    expect(rows[0]).toMatchObject({ content: [] });
  });

  it('shows a question and its answer as one row', () => {
    const options = [{ id: 'y', name: 'Allow', kind: 'allow_once' as const }];
    const ask = { kind: 'permission' as const, permission_id: 'p1', tool_call_id: 't1', title: 'Run tests', options };
    const rows = rowsOf(
      entries({ ...ask, outcome: null }, { kind: 'agent_message', item: 'a', text: '…' }, { ...ask, options: [], outcome: { kind: 'selected', option_id: 'y' } }),
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ kind: 'permission', options, outcome: { option_id: 'y' } });
  });

  it('replaces a plan within its turn', () => {
    const item = (status: 'pending' | 'completed') => ({ content: 'Write tests', priority: 'high' as const, status });
    const folded = fold(entries({ kind: 'plan', items: [item('pending')] }, { kind: 'plan', items: [item('completed')] }));
    expect(folded.rows()).toHaveLength(1);
    expect(folded.rows()[0]).toMatchObject({ items: [item('completed')] });
  });

  it('tells of a silence that goes on once, with its newest length', () => {
    const quiet = (seconds: number): Body<Entry> => ({ kind: 'system', event: 'quiet', seconds, text: '' });
    const list = entries(quiet(120), quiet(240), { kind: 'user_message', message_id: null, text: 'Still there?' }, quiet(120));
    const rows = rowsOf(list);
    expect(rows.map((row) => (row.kind === 'note' && row.entry.event === 'quiet' ? row.entry.seconds : row.kind))).toEqual([240, 'user', 120]);
    for (let page = 1; page <= list.length; page++) expect(foldBackwards(list, page).rows()).toEqual(rows);
  });

  it('gathers the output of the set-up script and leaves out what other rows say', () => {
    const script = (text: string): Body<Entry> => ({ kind: 'system', event: 'script', text });
    const rows = rowsOf(
      entries(
        script('npm ci\n'),
        script('done\n'),
        { kind: 'system', event: 'started', agent_session_id: null, text: '' },
        { kind: 'system', event: 'turn_started', text: '' },
        { kind: 'system', event: 'turn_ended', stop_reason: 'end_turn', text: '' },
        { kind: 'system', event: 'checkpoint', number: 1, text: '' },
      ),
    );
    expect(texts(rows)).toEqual(['script: npm ci\ndone\n', 'note', 'checkpoint']);
  });

  it('cuts long plain output at line ends and loses nothing, colours included', () => {
    const lines = Array.from({ length: 300 }, (_, i) => `\u001b[32mline ${i}\n`);
    const rows = rowsOf(entries(...lines.map((text) => ({ kind: 'agent_message' as const, item: 'o', text }))), 200);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.map((row) => (row.kind === 'message' ? row.text : '')).join('')).toBe(lines.join(''));
    expect(rows.slice(0, -1).every((row) => row.kind === 'message' && row.text.endsWith('\n'))).toBe(true);
    expect(rows[1]).toMatchObject({ style: { color: 'green' } });
  });

  /** Folds the newest page first and the older ones after, as a person who scrolls up does. */
  function foldBackwards(list: Entry[], page: number, pieceLength = Infinity): Fold {
    const folded = new Fold({ pieceLength });
    let end = Math.max(0, list.length - page);
    folded.addAll(list.slice(end));
    while (end > 0) {
      const start = Math.max(0, end - page);
      folded.prepend(list.slice(start, end));
      end = start;
    }
    return folded;
  }

  it('comes to the same rows when older pages are put before the newest, wherever the pages end', () => {
    const options = [{ id: 'y', name: 'Allow', kind: 'allow_once' }];
    const ask = { kind: 'permission' as const, permission_id: 'p1', tool_call_id: null, title: 'Run tests' };
    const list = entries(
      { kind: 'agent_message', item: 'a', text: 'one ' },
      { kind: 'agent_message', item: 'a', text: 'two ' },
      { kind: 'agent_message', item: 'a', text: 'three' },
      call('pending', { content: [{ type: 'text', text: 'x' }], input: '{}' }),
      { kind: 'plan', items: [{ content: 'a', priority: 'low', status: 'pending' }] },
      { kind: 'usage', used: 1, size: 2, cost: null, currency: null },
      { ...ask, options, outcome: null },
      { kind: 'thought', item: 't', text: 'hm' },
      call('in_progress'),
      { kind: 'plan', items: [{ content: 'a', priority: 'low', status: 'completed' }] },
      { ...ask, options: [], outcome: { kind: 'selected', option_id: 'y' } },
      call('completed', { output: '1' }),
      { kind: 'agent_message', item: 'b', text: 'end' },
    );
    const whole = fold(list);
    for (let page = 1; page <= list.length; page++) {
      const paged = foldBackwards(list, page);
      expect(paged.rows()).toEqual(whole.rows());
    }
  });

  it('goes on growing a row that began on an older page', () => {
    const list = entries({ kind: 'agent_message', item: 'a', text: 'one ' }, call('pending'), { kind: 'agent_message', item: 'b', text: 'two ' });
    const folded = foldBackwards(list, 1);
    folded.add({ ...(entries(call('completed'))[0] as Entry), seq: 4 });
    folded.add({ ...(entries({ kind: 'agent_message', item: 'b', text: 'three' })[0] as Entry), seq: 5 });
    expect(folded.rows()[1]).toMatchObject({ kind: 'tool', status: 'completed' });
    expect(texts(folded.rows())).toEqual(['message: one ', 'tool', 'message: two three']);
  });

  it('keeps the rows of a plain text when an older page is put before them, and loses none of it', () => {
    const list = entries(...Array.from({ length: 200 }, (_, i) => ({ kind: 'agent_message' as const, item: 'o', text: i % 3 === 2 ? `\u001b[3${i % 8}mend ${i}\n` : `part ${i} ` })));
    const newest = rowsOf(list.slice(100), 150).map(({ key }) => key);
    const paged = foldBackwards(list, 100, 150).rows();
    expect(paged.map(({ key }) => key).slice(-newest.length)).toEqual(newest);
    expect(paged.map((row) => (row.kind === 'message' ? row.text : '')).join('')).toBe(list.map((entry) => ('text' in entry ? entry.text : '')).join(''));
    expect(paged.slice(0, -1).every((row) => row.kind === 'message' && row.text.endsWith('\n'))).toBe(true);
  });

  it('comes to the same rows whether entries come one by one or at once', () => {
    const list = entries(call('pending'), { kind: 'agent_message', item: 'a', text: 'x' }, call('completed'), { kind: 'agent_message', item: 'a', text: 'y' });
    const bit = new Fold({ pieceLength: Infinity });
    for (const entry of list) bit.add(entry);
    expect(bit.rows()).toEqual(rowsOf(list));
  });

  it('replaces the object of a row that changed and of no other', () => {
    const folded = fold(entries(call('pending'), { kind: 'agent_message', item: 'a', text: 'x' }));
    const before = folded.rows();
    folded.add({ ...(entries(call('completed'))[0] as Entry), seq: 3 });
    expect(folded.rows()[0]).not.toBe(before[0]);
    expect(folded.rows()[1]).toBe(before[1]);
  });
});
