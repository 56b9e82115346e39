import { expect, test, vi } from 'vitest';
import { remembered } from './remembered';

test('a text that was made lately is not made again, one that is long gone is', () => {
  const make = vi.fn((text: string) => text.toUpperCase());
  const shout = remembered(2, make);
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map(shout)).toEqual(['A', 'B', 'A', 'C', 'A', 'B']);
  expect(make.mock.calls.flat()).toEqual(['a', 'b', 'c', 'b']);
});
