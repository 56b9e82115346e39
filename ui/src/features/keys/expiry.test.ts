import { expect, test } from 'vitest';
import { expiryOf } from './expiry';

const NOW = Date.parse('2026-06-15T12:00:00Z');

test.each([
  [null, 'never'],
  ['2026-06-15T11:59:59Z', 'over'],
  ['2026-06-15T12:00:00Z', 'over'],
  ['2026-06-16T00:00:00Z', 'soon'],
  ['2026-06-22T11:59:59Z', 'soon'],
  ['2026-06-22T12:00:00Z', 'later'],
] as const)('a key that ends at %s ends %s', (time, expiry) => {
  expect(expiryOf(time, NOW)).toBe(expiry);
});
