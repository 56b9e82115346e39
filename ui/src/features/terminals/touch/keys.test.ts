import { expect, test } from 'vitest';
import { TOUCH_KEYS, withControl } from './keys';

const control = (text: string) => [...withControl(new TextEncoder().encode(text))];

test('the armed Ctrl makes one key a control character', () => {
  expect(control('c')).toEqual([3]);
  expect(control('C')).toEqual([3]);
  expect(control('[')).toEqual([27]);
  expect(control(' ')).toEqual([0]);
  expect(control('?')).toEqual([127]);
});

test('what has no control character is sent as it is', () => {
  expect(control('1')).toEqual([0x31]);
  expect(control('word')).toEqual([...new TextEncoder().encode('word')]);
  expect(control('é')).toEqual([...new TextEncoder().encode('é')]);
});

test('arrows follow the mode that the program asked for', () => {
  const up = TOUCH_KEYS.find(({ name }) => name === 'Up');
  expect(up?.send(false)).toBe('\x1b[A');
  expect(up?.send(true)).toBe('\x1bOA');
});
