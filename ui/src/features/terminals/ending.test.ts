import { expect, test } from 'vitest';
import { endingOf } from './ending';

test('each end is told in words, with what can be done', () => {
  expect(endingOf({ is: 'live' }, 'shell')).toBeNull();
  expect(endingOf({ is: 'away' }, 'shell')).toBeNull();
  expect(endingOf({ is: 'closed', reason: 'exited', exitCode: 0 }, 'shell')?.text).toBe('The shell ended.');
  expect(endingOf({ is: 'closed', reason: 'exited', exitCode: 1 }, 'shell')?.text).toBe('The shell ended (exit code 1).');
  expect(endingOf({ is: 'closed', reason: 'exited', exitCode: 137 }, 'shell')?.text).toBe('The shell ended (exit code 137: killed).');
  expect(endingOf({ is: 'closed', reason: 'idle', exitCode: null }, 'shell')?.advice).toContain('PTY_SESSION_TIMEOUT_SECS');
  expect(endingOf({ is: 'closed', reason: 'lost', exitCode: null }, 'shell')?.advice).toContain('Restart gives you a new shell');
  expect(endingOf({ is: 'gone' }, 'shell')?.text).toContain('not exist');
});

test('a dev server is called one, and Ctrl-C is how it is meant to end', () => {
  const exited = (exitCode: number) => endingOf({ is: 'closed', reason: 'exited', exitCode }, 'dev_server');
  expect(exited(1)).toEqual({ text: 'The dev server ended (exit code 1).', isCalm: false });
  expect(exited(130)).toEqual({ text: 'The dev server ended (exit code 130: interrupted).', isCalm: true });
  expect(endingOf({ is: 'closed', reason: 'lost', exitCode: null }, 'dev_server')?.advice).toContain('Restart starts it again');
});
