import { expect, test } from 'vitest';
import { makeTask } from '@/test/fakes';
import { groupByStatus, positionBetween } from './taskOrder';

test.each([
  [null, null],
  [null, 'a'],
  ['a', null],
  ['a', 'b'],
  ['a', 'aV'],
  ['V00001', 'V00002'],
  ['zzzz', null],
])('between %s and %s there is a position', (before, after) => {
  const position = positionBetween(before, after);
  if (before !== null) expect(position > before).toBe(true);
  if (after !== null) expect(position < after).toBe(true);
});

test('columns are in the order of their positions, by bytes and not by language', () => {
  const { todo } = groupByStatus(['b', 'Z', 'a', '9'].map((position) => makeTask({ id: position, position })));
  expect(todo.map((task) => task.position)).toEqual(['9', 'Z', 'a', 'b']);
});
