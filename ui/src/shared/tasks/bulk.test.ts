import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { keys } from '@/shared/api/keys';
import type { Task } from '@/shared/api/types';
import { toast } from '@/shared/ui/toast';
import { fakeTransport, makeTask, type Call } from '@/test/fakes';
import { changeTasks, deleteTasks } from './bulk';

interface Body {
  ids: string[];
  versions: Record<string, number>;
  set?: Partial<Task>;
}

/** A server that leaves alone what has another version, as the real one does. */
function serverWith(...tasks: Task[]) {
  const stored = new Map(tasks.map((task) => [task.id, task]));
  const change = (id: string, patch: Partial<Task>) => {
    const task = stored.get(id);
    if (task) stored.set(id, { ...task, ...patch, version: task.version + 1 });
  };
  fakeTransport(({ body }: Call) => {
    const { ids, versions, set } = body as Body;
    const stale = ids.filter((id) => stored.get(id)?.version !== versions[id]);
    const wanted = ids.filter((id) => !stale.includes(id));
    for (const id of wanted) change(id, set ?? { deleted_at: '2026-01-02T00:00:00Z' });
    return { body: { items: wanted.map((id) => stored.get(id)), stale: stale.map((id) => stored.get(id)) } };
  });
  const client = new QueryClient();
  client.setQueryData(keys.tasks('p1'), tasks);
  const shown = () => client.getQueryData<Task[]>(keys.tasks('p1')) ?? [];
  return { client, stored, change, shown };
}

const pair = () => [makeTask({ id: 'a', title: 'Mine' }), makeTask({ id: 'b', title: 'Theirs' })] as const;

afterEach(() => vi.restoreAllMocks());

test('a status that somebody else set meanwhile is left alone, told of, and changed only when asked again', async () => {
  const offered = vi.spyOn(toast, 'withAction');
  const tasks = pair();
  const { client, change, stored, shown } = serverWith(...tasks);
  change('b', { status: 'done' });
  await changeTasks(client, 'p1', tasks, { status: 'in_review' }, 'In review');
  expect([stored.get('a')?.status, stored.get('b')?.status]).toEqual(['in_review', 'done']);
  expect(shown().find((task) => task.id === 'b')?.status).toBe('done');
  expect(offered.mock.calls[0]?.slice(0, 2)).toEqual(['Left alone, because somebody else changed it meanwhile: “Theirs”', 'Change anyway']);
  offered.mock.calls[0]?.[2]();
  await vi.waitFor(() => expect(stored.get('b')?.status).toBe('in_review'));
});

test('what somebody else changed in other fields is kept, and the group change goes on top of it', async () => {
  const offered = vi.spyOn(toast, 'withAction');
  const tasks = pair();
  const { client, change, stored } = serverWith(...tasks);
  change('b', { title: 'Renamed' });
  await changeTasks(client, 'p1', tasks, { status: 'in_review' }, 'In review');
  expect(stored.get('b')).toMatchObject({ title: 'Renamed', status: 'in_review' });
  expect(offered).not.toHaveBeenCalled();
});

test('undoing a group change leaves alone what somebody else did after it', async () => {
  const done = vi.spyOn(toast, 'done');
  const offered = vi.spyOn(toast, 'withAction');
  const tasks = pair();
  const { client, change, stored } = serverWith(...tasks);
  await changeTasks(client, 'p1', tasks, { status: 'in_review' }, 'In review');
  change('b', { status: 'done' });
  done.mock.calls[0]?.[1]?.();
  await vi.waitFor(() => expect(offered).toHaveBeenCalledOnce());
  expect([stored.get('a')?.status, stored.get('b')?.status]).toEqual(['todo', 'done']);
});

test('a task that somebody else edited meanwhile is not deleted with the others, and comes back into sight', async () => {
  const offered = vi.spyOn(toast, 'withAction');
  const tasks = pair();
  const { client, change, stored, shown } = serverWith(...tasks);
  change('b', { title: 'Still needed' });
  await deleteTasks(client, 'p1', tasks);
  expect([Boolean(stored.get('a')?.deleted_at), Boolean(stored.get('b')?.deleted_at)]).toEqual([true, false]);
  expect(shown().map((task) => task.title)).toEqual(['Still needed']);
  expect(offered.mock.calls[0]?.[1]).toBe('Delete anyway');
});
