import type { QueryClient } from '@tanstack/react-query';
import { staleCurrent } from '@/shared/api/errors';
import { taskCache, type TaskPatch } from '@/shared/api/taskCache';
import { taskCalls, type TaskChange } from '@/shared/api/tasks';
import type { Task, Uuid } from '@/shared/api/types';
import { toast } from '@/shared/ui/toast';
import { askWhatToKeep, conflictingFields } from './stale';

/** How often a change is sent again because somebody changed other fields meanwhile. */
const MOST_TRIES = 4;

const tails = new Map<Uuid, Promise<unknown>>();

/** Changes of one task go out one after the other, so that they never make each other stale. */
function inTurn<T>(id: Uuid, run: () => Promise<T>): Promise<T> {
  const turn = (tails.get(id) ?? Promise.resolve()).then(run, run);
  tails.set(id, turn);
  const done = () => tails.get(id) === turn && tails.delete(id);
  turn.then(done, done);
  return turn;
}

interface ChangeOptions {
  /** What to show at once, where it is more than the change itself (a position). */
  shown?: TaskPatch;
}

/**
 * Changes a task that was last seen as `base`: shown at once, taken back if refused. Changes that others made
 * to other fields are kept; where both changed the same field, the person is asked. True once that is settled.
 */
export async function changeTask(client: QueryClient, base: Task, change: TaskChange, { shown }: ChangeOptions = {}): Promise<boolean> {
  const cache = taskCache(client);
  const { before: _before, after: _after, ...fields } = change;
  const token = cache.begin(base, { ...fields, ...shown });
  try {
    cache.commit(token, await inTurn(base.id, () => send(client, base, change)));
    return true;
  } catch (error) {
    cache.rollback(token, base.id);
    const theirs = staleCurrent<Task>(error);
    const conflict = theirs ? conflictingFields(base, theirs, change) : [];
    if (!theirs || conflict.length === 0) {
      toast.failed('The task could not be changed', error);
      return false;
    }
    cache.apply(theirs);
    const decided = await askWhatToKeep({ base, theirs, change, fields: conflict });
    if (!decided) return false;
    return Object.keys(decided).length === 0 || changeTask(client, theirs, decided);
  }
}

async function send(client: QueryClient, base: Task, change: TaskChange): Promise<Task> {
  const cache = taskCache(client);
  let version = cache.versionFor(base.id, base.version);
  for (let tries = 1; ; tries += 1) {
    try {
      return await taskCalls.change(base.id, version, change);
    } catch (error) {
      const theirs = staleCurrent<Task>(error);
      if (!theirs || tries === MOST_TRIES || conflictingFields(base, theirs, change).length > 0) throw error;
      version = theirs.version;
    }
  }
}

/** Deletes with a way back. */
export async function deleteTask(client: QueryClient, task: Task): Promise<boolean> {
  const cache = taskCache(client);
  cache.remove(task.id, task.project_id);
  try {
    await inTurn(task.id, () => removeNewest(client, task));
  } catch (error) {
    cache.apply(task);
    toast.failed('The task could not be deleted', error);
    return false;
  }
  toast.done(`Deleted “${task.title}”`, () => void restoreTask(client, task.id));
  return true;
}

/** Deleting can be undone, so an edit by somebody else does not stand in its way. */
async function removeNewest(client: QueryClient, task: Task): Promise<void> {
  try {
    await taskCalls.remove(task.id, taskCache(client).versionFor(task.id, task.version));
  } catch (error) {
    const current = staleCurrent<Task>(error);
    if (!current) throw error;
    await taskCalls.remove(task.id, current.version);
  }
}

export async function restoreTask(client: QueryClient, id: Uuid): Promise<boolean> {
  try {
    taskCache(client).apply(await taskCalls.restore(id));
    return true;
  } catch (error) {
    toast.failed('The task could not be restored', error);
    return false;
  }
}
