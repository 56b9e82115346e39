import { expect, test } from 'vitest';
import { readBoardSearch } from '@/shared/api/boardSearch';
import { groupByStatus } from '@/shared/api/taskOrder';
import type { Column } from '@/shared/api/types';
import { makeTask } from '@/test/fakes';
import { neighbour, shownColumns } from './columns';
import { filterTasks, labelsIn } from './filter';

const tasks = [
  makeTask({ id: 'a', title: 'Fix the login', labels: ['bug', 'ui'], priority: 'high', position: '1' }),
  makeTask({ id: 'b', title: 'Write docs', description: 'How to **log in**', labels: ['docs'], position: '2' }),
  makeTask({ id: 'c', title: 'Release', status: 'done', labels: ['bug'], position: '3' }),
];
const ids = (found: readonly { id: string }[]) => found.map((task) => task.id);

test('every typed word must occur, in title, description or labels', () => {
  expect(ids(filterTasks(tasks, { q: 'LOG' }))).toEqual(['a', 'b']);
  expect(ids(filterTasks(tasks, { q: 'log docs' }))).toEqual(['b']);
});

test('a task has one of the statuses and priorities, and all of the labels', () => {
  expect(ids(filterTasks(tasks, { status: ['done', 'todo'], label: ['bug'] }))).toEqual(['a', 'c']);
  expect(ids(filterTasks(tasks, { label: ['bug', 'ui'] }))).toEqual(['a']);
  expect(ids(filterTasks(tasks, { priority: ['high'] }))).toEqual(['a']);
});

test('an address that makes no sense filters nothing', () => {
  expect(readBoardSearch({ status: 'nonsense', priority: ['high', 'x'], label: 7, q: '', view: 'cube' })).toEqual({ priority: ['high'] });
});

test('labels come with the most used first', () => {
  expect(labelsIn(tasks)).toEqual(['bug', 'docs', 'ui']);
});

test('a hidden column is left out unless its status is asked for', () => {
  const settings: Column[] = [
    { status: 'done', title: 'Shipped', hidden: true },
    { status: 'todo', title: 'Next', hidden: false },
  ];
  const groups = groupByStatus(tasks);
  expect(shownColumns(settings, groups, undefined).map((column) => column.title)).toEqual(['Next']);
  expect(shownColumns(settings, groups, ['done']).map((column) => column.title)).toEqual(['Shipped']);
});

test('the focus walks down a column and over empty ones', () => {
  const columns = shownColumns([], groupByStatus(tasks), undefined);
  expect(neighbour(columns, null, 'down')?.id).toBe('a');
  expect(neighbour(columns, 'a', 'down')?.id).toBe('b');
  expect(neighbour(columns, 'b', 'down')).toBeNull();
  expect(neighbour(columns, 'b', 'right')?.id).toBe('c');
  expect(neighbour(columns, 'c', 'left')?.id).toBe('a');
});
