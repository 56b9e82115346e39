import { describe, expect, it } from 'vitest';
import type { Entry } from '@/shared/api/types';
import { TranscriptLog } from './log';

const entry = (seq: number): Entry => ({ session_id: 's', seq, turn: 1, at: '2026-11-22T10:00:00Z', kind: 'agent_message', item: 'm', text: `${seq} ` });
const range = (from: number, to: number): Entry[] => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i));
const seqs = (entries: readonly Entry[]): number[] => entries.map(({ seq }) => seq);

describe('the run of a transcript', () => {
  it('begins at the newest page and knows that older entries exist', () => {
    const log = new TranscriptLog();
    log.begin(range(801, 1000));
    expect([log.first, log.last, log.hasOlder]).toEqual([801, 1000, true]);
  });

  it('begins empty for a session that has said nothing', () => {
    const log = new TranscriptLog();
    log.begin([]);
    expect([log.first, log.last, log.hasOlder]).toEqual([1, 0, false]);
    expect(log.append(range(1, 2)).added).toHaveLength(2);
  });

  it('holds an entry once when a reconnect sends it again', () => {
    const log = new TranscriptLog();
    log.begin(range(1, 5));
    expect(seqs(log.append(range(3, 8)).added)).toEqual([6, 7, 8]);
    expect(log.append(range(1, 8)).added).toEqual([]);
  });

  it('keeps what came too early until the missing part is there', () => {
    const log = new TranscriptLog();
    log.begin(range(1, 3));
    expect(log.append(range(6, 7))).toEqual({ added: [], gap: true });
    const filled = log.append(range(4, 5));
    expect(seqs(filled.added)).toEqual([4, 5, 6, 7]);
    expect(filled.gap).toBe(false);
  });

  it('sorts entries that came out of order', () => {
    const log = new TranscriptLog();
    log.begin([]);
    expect(seqs(log.append([entry(2), entry(1), entry(4), entry(3)]).added)).toEqual([1, 2, 3, 4]);
  });

  it('still knows of a gap when it could not keep all that came early', () => {
    const log = new TranscriptLog();
    log.begin(range(1, 1));
    expect(log.append(range(3, 6_000)).gap).toBe(true);
    expect(log.append([entry(2)]).gap).toBe(true);
    expect(log.append(range(log.last + 1, 6_000)).gap).toBe(false);
    expect(log.last).toBe(6_000);
  });

  it('puts an older page before the rest, even when it overlaps', () => {
    const log = new TranscriptLog();
    log.begin(range(11, 20));
    expect(seqs(log.prepend(range(5, 12)))).toEqual([5, 6, 7, 8, 9, 10]);
    expect(log.first).toBe(5);
  });

  it('refuses an older page that leaves a hole', () => {
    const log = new TranscriptLog();
    log.begin(range(11, 20));
    expect(log.prepend(range(1, 8))).toEqual([]);
    expect(log.first).toBe(11);
  });
});
