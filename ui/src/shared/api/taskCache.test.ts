import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { makeTask } from '@/test/fakes';
import { keys } from './keys';
import { taskCache } from './taskCache';
import type { Task } from './types';

function board(...tasks: Task[]) {
  const client = new QueryClient();
  client.setQueryData(keys.tasks('p1'), tasks);
  const shown = () => client.getQueryData<Task[]>(keys.tasks('p1')) ?? [];
  return { cache: taskCache(client), shown };
}

test('a change is shown before the server has it, and taken back when refused', () => {
  const task = makeTask();
  const { cache, shown } = board(task);
  const token = cache.begin(task, { status: 'done' });
  expect(shown()[0]?.status).toBe('done');
  cache.rollback(token, task.id);
  expect(shown()[0]).toEqual(task);
});

test('the answer to a first change does not flicker over a second one that is still on its way', () => {
  const task = makeTask();
  const { cache, shown } = board(task);
  const first = cache.begin(task, { status: 'in_progress' });
  const second = cache.begin(task, { status: 'done' });
  cache.commit(first, { ...task, status: 'in_progress', version: 2 });
  expect(shown()[0]).toMatchObject({ status: 'done', version: 2 });
  cache.rollback(second, task.id);
  expect(shown()[0]).toMatchObject({ status: 'in_progress', version: 2 });
});

test('an older representation never replaces a newer one', () => {
  const { cache, shown } = board(makeTask({ version: 5, title: 'New' }));
  cache.apply(makeTask({ version: 4, title: 'Old' }));
  expect(shown()[0]?.title).toBe('New');
});

test('changes that arrive while the list is read are in it at the end', async () => {
  const { cache } = board();
  const list = await cache.readList('p1', async () => {
    cache.apply(makeTask({ id: 'a', version: 3, title: 'Newer' }));
    cache.apply(makeTask({ id: 'c' }));
    cache.remove('b', 'p1');
    return [makeTask({ id: 'a', version: 2, title: 'As read' }), makeTask({ id: 'b' })];
  });
  expect(list.map((task) => [task.id, task.title])).toEqual([
    ['a', 'Newer'],
    ['c', 'A task'],
  ]);
});

test('our own change does not make a later one, begun on the same version, stale', () => {
  const task = makeTask({ version: 7 });
  const { cache } = board(task);
  cache.commit(cache.begin(task, { status: 'done' }), { ...task, status: 'done', version: 8 });
  expect(cache.versionFor(task.id, 7)).toBe(8);
  expect(cache.versionFor(task.id, 6)).toBe(6);
});

test('a batch rebuilds the list once and keeps every change', () => {
  const { cache, shown } = board(makeTask({ id: 'a' }), makeTask({ id: 'b' }), makeTask({ id: 'c' }));
  cache.batch(() => {
    cache.apply(makeTask({ id: 'a', version: 2, title: 'Changed' }));
    cache.remove('b', 'p1');
    cache.apply(makeTask({ id: 'd' }));
    expect(shown()).toHaveLength(3);
  });
  expect(shown().map((task) => `${task.id} ${task.title}`)).toEqual(['a Changed', 'c A task', 'd A task']);
});

test('a deleted task leaves the board', () => {
  const { cache, shown } = board(makeTask());
  cache.apply(makeTask({ version: 2, deleted_at: '2026-01-02T00:00:00Z' }));
  expect(shown()).toEqual([]);
});
