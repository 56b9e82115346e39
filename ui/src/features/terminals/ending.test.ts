import { expect, test } from 'vitest';
import { endingOf } from './ending';

test('each end is told in words, with what can be done', () => {
  expect(endingOf({ is: 'live' })).toBeNull();
  expect(endingOf({ is: 'away' })).toBeNull();
  expect(endingOf({ is: 'closed', reason: 'exited', exitCode: 0 })?.text).toBe('The shell ended.');
  expect(endingOf({ is: 'closed', reason: 'exited', exitCode: 1 })?.text).toBe('The shell ended (exit code 1).');
  expect(endingOf({ is: 'closed', reason: 'exited', exitCode: 137 })?.text).toBe('The shell ended (exit code 137: killed).');
  expect(endingOf({ is: 'closed', reason: 'idle', exitCode: null })?.advice).toContain('PTY_SESSION_TIMEOUT_SECS');
  expect(endingOf({ is: 'closed', reason: 'lost', exitCode: null })?.advice).toContain('Restart');
  expect(endingOf({ is: 'gone' })?.text).toContain('not exist');
});
