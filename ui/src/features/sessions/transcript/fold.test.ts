import { describe, expect, it } from 'vitest';
import type { Entry } from '@/shared/api/types';
import { Fold } from './fold';
import type { Row } from './rows';

type Body<E> = E extends Entry ? Omit<E, 'session_id' | 'seq' | 'turn' | 'at'> : never;

function entries(...bodies: Body<Entry>[]): Entry[] {
  return bodies.map((body, i) => ({ session_id: 's', seq: i + 1, turn: 1, at: '2026-11-22T10:00:00Z', ...body }) as Entry);
}
function fold(list: Entry[], pieceLength = Infinity, cuts: number[] = []): Fold {
  const folded = new Fold({ pieceLength, cuts: new Set(cuts) });
  folded.addAll(list);
  return folded;
}
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
    const { rows } = fold(
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
    const { rows } = fold(
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
    const { rows } = fold(entries(call('pending', { content: [{ type: 'text', text: 'x' }] }), call('completed', { content: [] })));
    expect(rows[0]).toMatchObject({ content: [] });
  });

  it('shows a question and its answer as one row', () => {
    const options = [{ id: 'y', name: 'Allow', kind: 'allow_once' as const }];
    const ask = { kind: 'permission' as const, permission_id: 'p1', tool_call_id: 't1', title: 'Run tests', options };
    const { rows } = fold(
      entries({ ...ask, outcome: null }, { kind: 'agent_message', item: 'a', text: '…' }, { ...ask, options: [], outcome: { kind: 'selected', option_id: 'y' } }),
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ kind: 'permission', options, outcome: { option_id: 'y' } });
  });

  it('replaces a plan within its turn and keeps the newest for the header', () => {
    const item = (status: 'pending' | 'completed') => ({ content: 'Write tests', priority: 'high' as const, status });
    const folded = fold(entries({ kind: 'plan', items: [item('pending')] }, { kind: 'plan', items: [item('completed')] }));
    expect(folded.rows).toHaveLength(1);
    expect(folded.plan).toEqual([item('completed')]);
  });

  it('keeps the last known part of a usage that is only told in parts', () => {
    const folded = fold(
      entries({ kind: 'usage', used: 10, size: 100, cost: 0.5, currency: 'USD' }, { kind: 'usage', used: 20, size: null, cost: null, currency: null }),
    );
    expect(folded.usage).toEqual({ used: 20, size: 100, cost: 0.5, currency: 'USD' });
    expect(folded.rows).toEqual([]);
  });

  it('gathers the output of the set-up script and leaves out what other rows say', () => {
    const script = (text: string): Body<Entry> => ({ kind: 'system', event: 'script', text });
    const { rows } = fold(
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
    const { rows } = fold(entries(...lines.map((text) => ({ kind: 'agent_message' as const, item: 'o', text }))), 200);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.map((row) => (row.kind === 'message' ? row.text : '')).join('')).toBe(lines.join(''));
    expect(rows.slice(0, -1).every((row) => row.kind === 'message' && row.text.endsWith('\n'))).toBe(true);
    expect(rows[1]).toMatchObject({ style: { color: 'green' } });
  });

  it('keeps the rows of a plain text when an older page is put before them', () => {
    const list = entries(...Array.from({ length: 200 }, (_, i) => ({ kind: 'agent_message' as const, item: 'o', text: i % 3 === 2 ? `end ${i}\n` : `part ${i} ` })));
    const newer = fold(list.slice(100), 150);
    const all = fold(list, 150, [101]);
    const keys = (each: Fold) => each.rows.map(({ key }) => key);
    expect(keys(all).slice(-newer.rows.length)).toEqual(keys(newer));
    expect(all.rows.map((row) => (row.kind === 'message' ? row.text : '')).join('')).toBe(list.map((entry) => ('text' in entry ? entry.text : '')).join(''));
  });

  it('comes to the same rows whether entries come one by one or at once', () => {
    const list = entries(call('pending'), { kind: 'agent_message', item: 'a', text: 'x' }, call('completed'), { kind: 'agent_message', item: 'a', text: 'y' });
    const bit = new Fold({ pieceLength: Infinity });
    for (const entry of list) bit.add(entry);
    expect(bit.rows).toEqual(fold(list).rows);
  });

  it('replaces the object of a row that changed and of no other', () => {
    const folded = fold(entries(call('pending'), { kind: 'agent_message', item: 'a', text: 'x' }));
    const before = folded.rows.slice();
    folded.add({ ...(entries(call('completed'))[0] as Entry), seq: 3 });
    expect(folded.rows[0]).not.toBe(before[0]);
    expect(folded.rows[1]).toBe(before[1]);
  });
});
