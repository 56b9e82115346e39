import { expect, test } from 'vitest';
import { safeNext } from './next';

const ORIGIN = 'https://switchyard.example';

test.each(['/', '/projects/1?q=a#b', '/join', '/settings/keys'])('%s is where one goes on', (next) => {
  expect(safeNext(next, ORIGIN)).toBe(next);
});

test.each([
  undefined,
  '',
  'projects',
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/\t/evil.example/',
  '/\n/evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  'javascript:alert(1)',
  '/sign-in?next=/sign-in',
  '/signed-in',
  '/reset',
  '/api/auth/logout',
  '/x/../api/keys',
])('%j is not followed', (next) => {
  expect(safeNext(next, ORIGIN)).toBe('/');
});
