import { expect, test } from 'vitest';
import { proseHeight } from './proseHeight';

const WIDTH = 768;
const LINE = 20.8;
const GAP = 8.45;
const height = (text: string, width = WIDTH) => proseHeight(text, width);

test('paragraphs stand apart, and what is empty between them does not count', () => {
  expect(height('one')).toBeCloseTo(LINE);
  expect(height('one\n\n\ntwo\n')).toBeCloseTo(LINE + GAP + LINE);
});

test('the items of a list are lines of one block', () => {
  expect(height('before\n\n- a\n- b\n- c')).toBeCloseTo(LINE + GAP + 3 * LINE);
});

test('code has a frame, its lines are not wrapped, and what marks it up has no height', () => {
  const [short, long] = ['a', 'a'.repeat(1_000)].map((line) => height(`\`\`\`\n# ${line}\n\nb\n\`\`\``));
  expect(short).toBeGreaterThan(3 * 19);
  expect(long).toBe(short);
});

test('a heading is as high as its level tells', () => {
  expect(height('# one')).toBeGreaterThan(height('### one'));
  expect(height('text\n\n## one')).toBeGreaterThan(height('text') + height('## one') + GAP);
});

test('what is not shown takes no room on a line', () => {
  const link = `[here](https://example.org/${'long/'.repeat(60)}) is **all**`;
  expect(height(link)).toBeCloseTo(LINE);
});

test('a word longer than a line is broken', () => {
  expect(height('w'.repeat(400))).toBeGreaterThan(3 * LINE - 1);
});
