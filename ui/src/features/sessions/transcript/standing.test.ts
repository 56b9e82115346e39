import { expect, it } from 'vitest';
import type { Entry, Usage } from '@/shared/api/types';
import { Standing } from './standing';

const at = { session_id: 's', turn: 1, at: '2026-11-22T10:00:00Z' };
const plan = (seq: number, content: string): Entry => ({ ...at, seq, kind: 'plan', items: [{ content, priority: 'low', status: 'pending' }] });
const usage = (seq: number, told: Partial<Usage>): Entry => ({ ...at, seq, kind: 'usage', used: null, size: null, cost: null, currency: null, ...told });

it('keeps the newest plan, and the last known part of a usage that is only told in parts', () => {
  const standing = new Standing();
  standing.add([plan(1, 'first'), usage(2, { used: 10, size: 100, cost: 0.5, currency: 'USD' }), plan(3, 'second'), usage(4, { used: 20 })]);
  expect(standing.usage).toEqual({ used: 20, size: 100, cost: 0.5, currency: 'USD' });
  expect(standing.plan).toMatchObject([{ content: 'second' }]);
});

it('is not taken back by what was taken in before, nor by older pages', () => {
  const standing = new Standing();
  standing.add([plan(7, 'newest')]);
  standing.add([plan(5, 'again')]);
  standing.addOlder([plan(2, 'old'), usage(3, { used: 1 })]);
  expect(standing.plan).toMatchObject([{ content: 'newest' }]);
  expect(standing.usage).toMatchObject({ used: 1 });
});
