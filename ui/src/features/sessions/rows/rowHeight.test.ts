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

const WIDTH = 768;

test('a message is guessed as high as its lines are many, and wrapped ones count', () => {
  const [one, three, wrapped] = ['a', 'a\nb\nc', 'words '.repeat(60)].map((text) => rowHeight(message(text), false, WIDTH)) as [number, number, number];
  expect(one).toBe(33);
  expect(three).toBe(74);
  expect(wrapped).toBeGreaterThan(three - 1);
  expect(rowHeight(message('words '.repeat(60)), false, WIDTH / 2)).toBeGreaterThan(wrapped);
});

test('a row is guessed anew for another width', () => {
  const row = message('words '.repeat(60));
  const wide = rowHeight(row, false, WIDTH);
  expect(rowHeight(row, false, WIDTH / 2)).toBeGreaterThan(wide);
  expect(rowHeight(row, false, WIDTH)).toBe(wide);
});

test('a tool call is guessed with its diff while that is shown, and as one line where it is not', () => {
  expect(rowHeight(edit('completed', 5), false, WIDTH)).toBe(37 + 1 + 24 + 5 * 20);
  expect(rowHeight(edit('completed', 1_000), false, WIDTH)).toBe(37);
});

test('of a diff the lines that are the same on both sides count once', () => {
  const row = edit('completed', 6);
  const changed = 'line\nline\nother\nline\nline\nline\n';
  const content = [{ type: 'diff' as const, path: 'a.rs', old_text: 'line\n'.repeat(6), new_text: changed }];
  expect(rowHeight({ ...row, content } as Row, false, WIDTH)).toBe(37 + 1 + 24 + 7 * 20);
});
