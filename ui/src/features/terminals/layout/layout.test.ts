import { expect, test } from 'vitest';
import { addTab, currentOf, EMPTY, focusTerminal, readLayout, reconcile, removeTerminal, replaceTerminal, splitPane, stepPane, stepTab, terminalsOf, type Layout } from './layout';

const three: Layout = ['a', 'b', 'c'].reduce(addTab, EMPTY);
const split = splitPane(splitPane(three, 'b', 'd', 'row'), 'd', 'e', 'column');

test('a new terminal is a tab at the end, in front', () => {
  expect(terminalsOf(three)).toEqual(['a', 'b', 'c']);
  expect(currentOf(three)).toBe('c');
});

test('a pane is split beside and below, and the new half has the focus', () => {
  expect(split.tabs).toHaveLength(3);
  expect(split.tabs[1]?.pane).toEqual({ direction: 'row', first: { terminal: 'b' }, second: { direction: 'column', first: { terminal: 'd' }, second: { terminal: 'e' } } });
  expect(currentOf(split)).toBe('e');
});

test('the neighbour takes the room of a pane that is closed', () => {
  const left = removeTerminal(split, 'd');
  expect(left.tabs[1]?.pane).toEqual({ direction: 'row', first: { terminal: 'b' }, second: { terminal: 'e' } });
  expect(currentOf(removeTerminal(left, 'e'))).toBe('b');
});

test('closing a tab leaves the one in front where it is, or brings the next', () => {
  expect(currentOf(removeTerminal(three, 'a'))).toBe('c');
  expect(currentOf(removeTerminal(three, 'c'))).toBe('b');
  expect(currentOf(removeTerminal(focusTerminal(three, 'b'), 'b'))).toBe('c');
  expect(removeTerminal(addTab(EMPTY, 'x'), 'x')).toEqual(EMPTY);
});

test('a restarted terminal takes the place of the old one', () => {
  const changed = replaceTerminal(split, 'd', 'z');
  expect(terminalsOf(changed)).toEqual(['a', 'b', 'z', 'e', 'c']);
  expect(currentOf(replaceTerminal(three, 'c', 'z'))).toBe('z');
});

test('tabs and panes are walked around the ends', () => {
  expect(currentOf(stepTab(three, 1))).toBe('a');
  expect(currentOf(stepTab(stepTab(three, 1), -1))).toBe('c');
  expect(currentOf(stepPane(split))).toBe('b');
  expect(currentOf(stepPane(stepPane(split)))).toBe('d');
});

test('terminals opened elsewhere are added without coming to the front, closed ones go', () => {
  const changed = reconcile(three, ['a', 'c', 'n'], () => false);
  expect(terminalsOf(changed)).toEqual(['a', 'c', 'n']);
  expect(currentOf(changed)).toBe('c');
  expect(currentOf(reconcile(EMPTY, ['a', 'b'], () => false))).toBe('a');
  expect(reconcile(three, ['a', 'b', 'c'], () => false)).toBe(three);
});

test('a terminal whose end is still to be read stays', () => {
  expect(terminalsOf(reconcile(three, ['a'], (id) => id === 'b'))).toEqual(['a', 'b']);
});

test('what the browser remembers is read, whatever it is', () => {
  expect(readLayout(JSON.stringify(split))).toEqual(split);
  for (const text of [null, '', '{', '[]', '{"tabs":1}', '{"tabs":[null]}', '{"tabs":[{"pane":{}}],"active":7}']) expect(readLayout(text)).toEqual(EMPTY);
  expect(readLayout('{"tabs":[{"pane":{"direction":"row","first":{"terminal":"a"},"second":3},"current":"x"}],"active":9}')).toEqual(addTab(EMPTY, 'a'));
});
