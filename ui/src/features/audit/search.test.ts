import { expect, test } from 'vitest';
import { changed, filterOf, readAuditSearch } from './search';

test('of an address, what is understood is taken', () => {
  expect(readAuditSearch({ user: 'u1', action: 'task', type: 3, id: '', from: '2026-06-01', to: 'yesterday', evil: 'x' })).toEqual({ user: 'u1', action: 'task', from: '2026-06-01' });
});

test('a range of days is asked for from the first midnight to the one after the last day', () => {
  const { since, until } = filterOf({ from: '2026-02-28', to: '2026-02-28' });
  expect(since).toBe(new Date(2026, 1, 28).toISOString());
  expect(until).toBe(new Date(2026, 2, 1).toISOString());
});

test('an empty filter asks for all', () => {
  expect(filterOf({})).toEqual({});
  expect(changed({ user: 'u1', action: 'task' }, { user: undefined, action: '' })).toEqual({});
});
