import type { QueryClient } from '@tanstack/react-query';
import { taskCache, type TaskPatch } from '@/shared/api/taskCache';
import { taskCalls, type BulkSet } from '@/shared/api/tasks';
import type { Task, Uuid } from '@/shared/api/types';
import { toast } from '@/shared/ui/toast';
import { restoreTask } from './changeTask';

const CHUNK = 500;

const count = (tasks: readonly Task[]) => (tasks.length === 1 ? '1 task' : `${tasks.length} tasks`);

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) => items.slice(i * CHUNK, (i + 1) * CHUNK));
}

/** What a group change makes of one task. */
export function appliedTo(task: Task, set: BulkSet): TaskPatch {
  const patch: TaskPatch = {};
  if (set.status) patch.status = set.status;
  if (set.priority) patch.priority = set.priority;
  if (set.add_labels || set.remove_labels) {
    const kept = task.labels.filter((label) => !set.remove_labels?.includes(label));
    patch.labels = [...kept, ...(set.add_labels ?? []).filter((label) => !kept.includes(label))];
  }
  return patch;
}

/** The changes that lead back, one for each group of tasks that was alike before. */
export function inverseOf(tasks: readonly Task[], set: BulkSet): { tasks: Task[]; set: BulkSet }[] {
  const groups = new Map<string, { tasks: Task[]; set: BulkSet }>();
  for (const task of tasks) {
    const back: BulkSet = {};
    if (set.status) back.status = task.status;
    if (set.priority) back.priority = task.priority;
    const added = set.add_labels?.filter((label) => !task.labels.includes(label));
    const removed = set.remove_labels?.filter((label) => task.labels.includes(label));
    if (added?.length) back.remove_labels = added;
    if (removed?.length) back.add_labels = removed;
    if (Object.keys(back).length === 0) continue;
    const key = JSON.stringify(back);
    const group = groups.get(key) ?? { tasks: [], set: back };
    group.tasks.push(task);
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function send(client: QueryClient, projectId: Uuid, tasks: readonly Task[], set: BulkSet): Promise<void> {
  const cache = taskCache(client);
  const tokens = new Map<Uuid, symbol>();
  cache.batch(() => {
    for (const task of tasks) tokens.set(task.id, cache.begin(task, appliedTo(task, set)));
  });
  try {
    for (const chunk of chunks(tasks)) {
      const ids = chunk.map((task) => task.id);
      const { items } = await taskCalls.bulk(projectId, ids, { set });
      cache.batch(() => {
        for (const item of items) {
          const token = tokens.get(item.id);
          tokens.delete(item.id);
          if (token) cache.commit(token, item);
        }
      });
    }
  } finally {
    // What has no answer was not changed.
    cache.batch(() => {
      for (const [id, token] of tokens) cache.rollback(token, id);
    });
  }
}

/** Sets status, priority or labels of many tasks, with a way back. */
export async function changeTasks(client: QueryClient, projectId: Uuid, tasks: readonly Task[], set: BulkSet, what: string): Promise<void> {
  if (tasks.length === 0) return;
  const back = inverseOf(tasks, set);
  const undo = async () => {
    try {
      for (const group of back) await send(client, projectId, group.tasks, group.set);
    } catch (error) {
      toast.failed('The change could not be undone', error);
    }
  };
  try {
    await send(client, projectId, tasks, set);
    toast.done(`${count(tasks)}: ${what}`, back.length > 0 ? () => void undo() : undefined);
  } catch (error) {
    toast.failed('The tasks could not be changed', error);
  }
}

export async function deleteTasks(client: QueryClient, projectId: Uuid, tasks: readonly Task[]): Promise<void> {
  const cache = taskCache(client);
  cache.batch(() => {
    for (const task of tasks) cache.remove(task.id, projectId);
  });
  const left = new Map(tasks.map((task) => [task.id, task]));
  try {
    for (const chunk of chunks(tasks)) {
      await taskCalls.bulk(projectId, chunk.map((task) => task.id), { delete: true });
      for (const task of chunk) left.delete(task.id);
    }
    const undo = async () => {
      for (const task of tasks) if (!(await restoreTask(client, task.id))) return;
    };
    toast.done(`${count(tasks)} deleted`, () => void undo());
  } catch (error) {
    cache.batch(() => {
      for (const task of left.values()) cache.apply(task);
    });
    toast.failed('The tasks could not be deleted', error);
  }
}
