import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { keys } from '@/shared/api/keys';
import type { Task } from '@/shared/api/types';
import { fakeTransport, makeTask, problem, type Call } from '@/test/fakes';
import { inverseOf } from './bulk';
import { changeTask } from './changeTask';
import { placeAt } from './move';
import { staleTaskStore } from './stale';

afterEach(() => staleTaskStore.get()?.decide(null));

/** A server that holds one task and checks versions as the real one does. */
function serverWith(task: Task) {
  let current = task;
  const { calls } = fakeTransport(({ headers, body }: Call) => {
    if (headers['if-match'] !== `"${current.version}"`) return problem(409, 'stale', { current });
    current = { ...current, ...(body as Partial<Task>), version: current.version + 1 };
    return { body: current };
  });
  const client = new QueryClient();
  client.setQueryData(keys.tasks('p1'), [task]);
  return {
    client,
    calls,
    somebodyChanges: (patch: Partial<Task>) => (current = { ...current, ...patch, version: current.version + 1 }),
    stored: () => current,
    shown: () => client.getQueryData<Task[]>(keys.tasks('p1'))?.[0],
  };
}

test('two quick changes of one task both arrive, in order', async () => {
  const task = makeTask();
  const { client, calls, shown } = serverWith(task);
  const results = await Promise.all([changeTask(client, task, { status: 'in_progress' }), changeTask(client, task, { status: 'done' })]);
  expect(results).toEqual([true, true]);
  expect(calls.map((call) => call.headers['if-match'])).toEqual(['"1"', '"2"']);
  expect(shown()).toMatchObject({ status: 'done', version: 3 });
});

test('a change of other fields by somebody else is kept without asking', async () => {
  const task = makeTask();
  const { client, somebodyChanges, stored } = serverWith(task);
  somebodyChanges({ priority: 'high' });
  expect(await changeTask(client, task, { title: 'Mine' })).toBe(true);
  expect(stored()).toMatchObject({ title: 'Mine', priority: 'high' });
  expect(staleTaskStore.get()).toBeNull();
});

test('where both changed the same field the person decides, and nothing is saved before', async () => {
  const task = makeTask();
  const { client, somebodyChanges, stored, shown } = serverWith(task);
  somebodyChanges({ title: 'Theirs' });
  const saved = changeTask(client, task, { title: 'Mine' });
  await vi.waitFor(() => expect(staleTaskStore.get()).not.toBeNull());
  expect(staleTaskStore.get()).toMatchObject({ fields: ['title'], theirs: { title: 'Theirs' } });
  expect(shown()?.title).toBe('Theirs');
  staleTaskStore.get()?.decide({ title: 'Both' });
  expect(await saved).toBe(true);
  expect(stored().title).toBe('Both');
});

test('a refused change is taken back and said', async () => {
  const task = makeTask();
  fakeTransport(() => problem(422, 'invalid'));
  const client = new QueryClient();
  client.setQueryData(keys.tasks('p1'), [task]);
  expect(await changeTask(client, task, { title: '' })).toBe(false);
  expect(client.getQueryData<Task[]>(keys.tasks('p1'))?.[0]).toEqual(task);
});

test('a place is between the tasks that stay', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => makeTask({ id }));
  if (!a || !b || !c) throw new Error('three tasks');
  expect(placeAt('todo', [a, b, c], 1, new Set(['b']))).toMatchObject({ previous: a, next: c });
  expect(placeAt('todo', [a, b, c], 0, new Set(['b']))).toMatchObject({ previous: null, next: a });
  expect(placeAt('todo', [a, b, c], 3, new Set(['b']))).toMatchObject({ previous: c, next: null });
});

test('the way back of a group change puts each task where it was', () => {
  const tasks = [makeTask({ id: 'a', status: 'todo', labels: ['x'] }), makeTask({ id: 'b', status: 'done' }), makeTask({ id: 'c', status: 'todo', labels: ['x'] })];
  const groups = inverseOf(tasks, { status: 'in_review', add_labels: ['x'] });
  expect(groups.map((group) => [group.tasks.map((task) => task.id), group.set])).toEqual([
    [['a', 'c'], { status: 'todo' }],
    [['b'], { status: 'done', remove_labels: ['x'] }],
  ]);
});
