import { expect, test } from 'vitest';
import { actionText, isRefusal } from './words';

test.each([
  ['task.create', 'Task: create'],
  ['api_key.delete', 'API key: delete'],
  ['login.password_failed', 'Login: password failed'],
  ['backup', 'Backup'],
])('%s is told as %s', (action, text) => {
  expect(actionText(action)).toBe(text);
});

test('what was refused stands out', () => {
  expect(isRefusal('login.refused')).toBe(true);
  expect(isRefusal('task.create')).toBe(false);
});
