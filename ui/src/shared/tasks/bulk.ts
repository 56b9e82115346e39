import type { QueryClient } from '@tanstack/react-query';
import { taskCache, type TaskPatch } from '@/shared/api/taskCache';
import { taskCalls, type BulkSet } from '@/shared/api/tasks';
import type { Task, Uuid } from '@/shared/api/types';
import { toast } from '@/shared/ui/toast';
import { restoreTask } from './changeTask';
import { conflictingFields, EDITABLE_FIELDS, same } from './stale';

const CHUNK = 500;
/** How often a call is sent again because others changed something else meanwhile. */
const MOST_TRIES = 4;
/** So many titles are told; the rest as a number. */
const MOST_TITLES = 3;

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

/** A task that somebody else changed meanwhile, as it was seen here and as it is now. */
interface LeftAlone {
  seen: Task;
  theirs: Task;
}

type BulkCall = { set: BulkSet } | { delete: true };

/** Whether somebody else's change of a task and this one would undo each other. Labels are added and taken, never set. */
function meets(seen: Task, theirs: Task, call: BulkCall): boolean {
  if (theirs.deleted_at) return true;
  if ('delete' in call) return EDITABLE_FIELDS.some((field) => !same(seen[field], theirs[field]));
  const { status, priority } = call.set;
  return conflictingFields(seen, theirs, { ...(status && { status }), ...(priority && { priority }) }).length > 0;
}

/**
 * Sends one call for many tasks, with the versions that they were seen in. What others changed in a way that does not
 * meet this call is sent again on top of that; the rest is left alone. `onDone` gets each answer.
 */
async function send(client: QueryClient, projectId: Uuid, tasks: readonly Task[], call: BulkCall, onDone: (items: Task[]) => void): Promise<LeftAlone[]> {
  const cache = taskCache(client);
  const left: LeftAlone[] = [];
  for (const chunk of chunks(tasks)) {
    const seen = new Map(chunk.map((task) => [task.id, task]));
    const versions = new Map(chunk.map((task) => [task.id, cache.versionFor(task.id, task.version)]));
    for (let tries = 1; versions.size > 0; tries += 1) {
      const { items, stale } = await taskCalls.bulk(projectId, Object.fromEntries(versions), call);
      onDone(items);
      versions.clear();
      for (const theirs of stale) {
        const base = seen.get(theirs.id);
        if (!base) continue;
        if (tries === MOST_TRIES || meets(base, theirs, call)) left.push({ seen: base, theirs });
        else versions.set(theirs.id, theirs.version);
      }
    }
  }
  return left;
}

async function sendSet(client: QueryClient, projectId: Uuid, tasks: readonly Task[], set: BulkSet): Promise<LeftAlone[]> {
  const cache = taskCache(client);
  const tokens = new Map<Uuid, symbol>();
  cache.batch(() => {
    for (const task of tasks) tokens.set(task.id, cache.begin(task, appliedTo(task, set)));
  });
  const commit = (items: Task[]) =>
    cache.batch(() => {
      for (const item of items) {
        const token = tokens.get(item.id);
        tokens.delete(item.id);
        if (token) cache.commit(token, item);
      }
    });
  try {
    return await send(client, projectId, tasks, { set }, commit);
  } finally {
    // What has no answer was not changed.
    cache.batch(() => {
      for (const [id, token] of tokens) cache.rollback(token, id);
    });
  }
}

/** Shows what was left alone as it is now, says so, and offers to go on with it all the same. */
function tellLeftAlone(client: QueryClient, left: readonly LeftAlone[], label: string, anyway: (tasks: Task[]) => void): void {
  if (left.length === 0) return;
  const cache = taskCache(client);
  cache.batch(() => {
    for (const { theirs } of left) cache.apply(theirs);
  });
  const living = left.map(({ theirs }) => theirs).filter((task) => !task.deleted_at);
  const titles = left.slice(0, MOST_TITLES).map(({ theirs }) => `“${theirs.title}”${theirs.deleted_at ? ' (deleted)' : ''}`);
  const more = left.length > MOST_TITLES ? ` and ${left.length - MOST_TITLES} more` : '';
  const text = `Left alone, because somebody else changed ${left.length === 1 ? 'it' : 'them'} meanwhile: ${titles.join(', ')}${more}`;
  if (living.length > 0) toast.withAction(text, label, () => anyway(living));
  else toast.done(text);
}

/** Sets status, priority or labels of many tasks, with a way back. What somebody else changed in the same way is left alone. */
export async function changeTasks(client: QueryClient, projectId: Uuid, tasks: readonly Task[], set: BulkSet, what: string): Promise<void> {
  if (tasks.length === 0) return;
  try {
    const left = await sendSet(client, projectId, tasks, set);
    const untouched = new Set(left.map(({ seen }) => seen.id));
    const changed = tasks.filter((task) => !untouched.has(task.id));
    // Seen as this change leaves them: what comes after it is not undone with it.
    const back = inverseOf(changed, set).map((group) => ({ ...group, tasks: group.tasks.map((task) => ({ ...task, ...appliedTo(task, set) })) }));
    if (changed.length > 0) toast.done(`${count(changed)}: ${what}`, back.length > 0 ? () => void putBack(client, projectId, back) : undefined);
    tellLeftAlone(client, left, 'Change anyway', (again) => void changeTasks(client, projectId, again, set, what));
  } catch (error) {
    toast.failed('The tasks could not be changed', error);
  }
}

async function putBack(client: QueryClient, projectId: Uuid, groups: readonly { tasks: Task[]; set: BulkSet }[]): Promise<void> {
  try {
    for (const { tasks, set } of groups) {
      const left = await sendSet(client, projectId, tasks, set);
      tellLeftAlone(client, left, 'Undo anyway', (again) => void putBack(client, projectId, [{ tasks: again, set }]));
    }
  } catch (error) {
    toast.failed('The change could not be undone', error);
  }
}

/** Deletes many tasks, with a way back. What somebody else changed meanwhile is left alone. */
export async function deleteTasks(client: QueryClient, projectId: Uuid, tasks: readonly Task[]): Promise<void> {
  const cache = taskCache(client);
  cache.batch(() => {
    for (const task of tasks) cache.remove(task.id, projectId);
  });
  const shown = new Map(tasks.map((task) => [task.id, task]));
  const gone: Task[] = [];
  const forget = (items: Task[]) => {
    for (const { id } of items) {
      const task = shown.get(id);
      if (task) gone.push(task);
      shown.delete(id);
    }
  };
  try {
    const left = await send(client, projectId, tasks, { delete: true }, forget);
    for (const { seen } of left) shown.delete(seen.id);
    const undo = async () => {
      for (const task of gone) if (!(await restoreTask(client, task.id))) return;
    };
    if (gone.length > 0) toast.done(`${count(gone)} deleted`, () => void undo());
    tellLeftAlone(client, left, 'Delete anyway', (again) => void deleteTasks(client, projectId, again));
  } catch (error) {
    cache.batch(() => {
      for (const task of shown.values()) cache.apply(task);
    });
    toast.failed('The tasks could not be deleted', error);
  }
}
