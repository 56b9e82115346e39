import { expect, test } from 'vitest';
import type { Row } from '@/features/sessions/transcript/rows';
import { rowHeight } from './rowHeight';

const base = { key: 'k', seq: 1, turn: 1, at: '2026-01-01T00:00:00Z' };
const message = (text: string): Row => ({ ...base, kind: 'message', item: 'm', text, style: null });
const edit = (status: string, lines: number): Row => ({
  ...base,
  kind: 'tool',
  toolCallId: 't',
  title: 'Edit',
  toolKind: 'edit',
  status,
  content: [{ type: 'diff', path: 'a.rs', old_text: null, new_text: 'line\n'.repeat(lines) }],
  locations: null,
  input: null,
  output: null,
});

test('a message is guessed as high as its lines are many, wrapped ones counted', () => {
  const [one, three, wrapped] = ['a', 'a\nb\nc', 'word '.repeat(60)].map((text) => rowHeight(message(text), false));
  expect(one).toBe(12 + 19);
  expect(three).toBe(12 + 3 * 19);
  expect(wrapped).toBe(12 + 3 * 19);
});

test('a tool call is guessed with its diff while that is shown, and as one line where it is not', () => {
  expect(rowHeight(edit('completed', 5), false)).toBe(37 + 25 + 5 * 20);
  expect(rowHeight(edit('completed', 1_000), false)).toBe(37);
});
