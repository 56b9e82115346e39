import type { QueryClient } from '@tanstack/react-query';
import { keys } from './keys';
import type { Task, Uuid } from './types';

/**
 * Tasks as the pages see them: what the server said last, with the changes that are still on their way
 * laid over it. Keeping the two apart makes rollback exact and stops an older answer, or the feed's echo
 * of a first change, from flickering over a second one.
 */

export type TaskPatch = Partial<Omit<Task, 'id' | 'project_id' | 'version'>>;

interface Pending {
  server: Task;
  patches: { token: symbol; patch: TaskPatch }[];
}

/** A change of the list that came while the list itself was being read. */
type Late = { task: Task } | { removed: Uuid };

const REMEMBERED_VERSIONS = 1000;

export class TaskCache {
  private readonly pending = new Map<Uuid, Pending>();
  private readonly late = new Map<Uuid, Late[]>();
  /** `id:version` → the version that our own change made of it. */
  private readonly ownVersions = new Map<string, number>();

  /** Changes gathered by `batch`; null removes. */
  private batched: Map<Uuid, Map<Uuid, Task | null>> | null = null;

  constructor(private readonly client: QueryClient) {}

  /** Many changes at once: the list is rebuilt once, not once per task. */
  batch(run: () => void): void {
    if (this.batched) return run();
    const batched = new Map<Uuid, Map<Uuid, Task | null>>();
    this.batched = batched;
    try {
      run();
    } finally {
      this.batched = null;
      for (const [projectId, changes] of batched) this.rewrite(projectId, changes);
    }
  }

  /** The task as shown now; undefined when nothing cached holds it. */
  get(id: Uuid, projectId?: Uuid): Task | undefined {
    const gathered = projectId && this.batched?.get(projectId)?.get(id);
    if (gathered) return gathered;
    const single = this.client.getQueryData<Task>(keys.task(id));
    if (single || !projectId) return single;
    const tasks = this.client.getQueryData<Task[]>(keys.tasks(projectId));
    return tasks && tasks[indexOf(tasks, id)];
  }

  /** Takes in what the server says of a task. Older than what is known: ignored. */
  apply(task: Task): void {
    const pending = this.pending.get(task.id);
    const known = pending?.server ?? this.get(task.id, task.project_id);
    if (known && known.version > task.version) return;
    if (pending) pending.server = task;
    if (task.deleted_at) this.remove(task.id, task.project_id);
    else this.show(overlay(task, pending), { task });
  }

  /** Fields that the server derives (sessions, counts) and that change without a new version. */
  patchDerived(id: Uuid, projectId: Uuid, patch: Pick<TaskPatch, 'latest_session' | 'workspace_count'>): void {
    const shown = this.get(id, projectId);
    if (!shown) return;
    const pending = this.pending.get(id);
    if (pending) pending.server = { ...pending.server, ...patch };
    const next = { ...shown, ...patch };
    this.show(next, { task: next });
  }

  remove(id: Uuid, projectId: Uuid): void {
    this.late.get(projectId)?.push({ removed: id });
    this.client.removeQueries({ queryKey: keys.task(id), exact: true });
    this.place(projectId, id, null);
  }

  /** Shows a change before the server has it. Settle the token with `commit` or `rollback`. */
  begin(task: Task, patch: TaskPatch): symbol {
    const token = Symbol(task.id);
    const pending = this.pending.get(task.id) ?? { server: this.get(task.id, task.project_id) ?? task, patches: [] };
    pending.patches.push({ token, patch });
    this.pending.set(task.id, pending);
    this.show(overlay(pending.server, pending));
    return token;
  }

  commit(token: symbol, answer: Task): void {
    const base = this.pending.get(answer.id)?.server.version;
    this.settle(token, answer.id);
    if (base !== undefined && base < answer.version) this.rememberOwn(answer.id, base, answer.version);
    this.apply(answer);
  }

  rollback(token: symbol, id: Uuid): void {
    const pending = this.settle(token, id);
    if (pending) this.show(overlay(pending.server, this.pending.get(id)));
  }

  /** The version to send for a change that was made on `version`: our own later changes do not make it stale. */
  versionFor(id: Uuid, version: number): number {
    let current = version;
    for (let next; (next = this.ownVersions.get(`${id}:${current}`)) !== undefined; ) current = next;
    return current;
  }

  /** Reads a whole list without losing the changes that arrive meanwhile. */
  async readList(projectId: Uuid, read: () => Promise<Task[]>): Promise<Task[]> {
    const late: Late[] = [];
    this.late.set(projectId, late);
    try {
      const tasks = await read();
      const byId = new Map(tasks.map((task) => [task.id, task]));
      for (const change of late) {
        if ('removed' in change) byId.delete(change.removed);
        else if ((byId.get(change.task.id)?.version ?? -1) <= change.task.version) byId.set(change.task.id, change.task);
      }
      return [...byId.values()].map((task) => {
        const pending = this.pending.get(task.id);
        if (pending && pending.server.version <= task.version) pending.server = task;
        return overlay(task, pending);
      });
    } finally {
      if (this.late.get(projectId) === late) this.late.delete(projectId);
    }
  }

  private show(task: Task, late?: Late): void {
    if (late) this.late.get(task.project_id)?.push(late);
    // Only where a page holds it: an entry for each task of a board would be thousands of them.
    this.client.setQueryData<Task>(keys.task(task.id), (known) => known && task);
    this.place(task.project_id, task.id, task);
  }

  private place(projectId: Uuid, id: Uuid, task: Task | null): void {
    if (!this.batched) {
      this.client.setQueryData<Task[]>(keys.tasks(projectId), (tasks) => tasks && replaced(tasks, id, task));
      return;
    }
    const changes = this.batched.get(projectId) ?? new Map<Uuid, Task | null>();
    this.batched.set(projectId, changes.set(id, task));
  }

  private rewrite(projectId: Uuid, changes: Map<Uuid, Task | null>): void {
    this.client.setQueryData<Task[]>(keys.tasks(projectId), (tasks) => {
      if (!tasks) return tasks;
      const rest = new Map(changes);
      const next: Task[] = [];
      for (const task of tasks) {
        const change = rest.get(task.id);
        rest.delete(task.id);
        if (change === undefined) next.push(task);
        else if (change) next.push(change);
      }
      for (const added of rest.values()) if (added) next.push(added);
      return next;
    });
  }

  private settle(token: symbol, id: Uuid): Pending | undefined {
    const pending = this.pending.get(id);
    if (!pending) return undefined;
    pending.patches = pending.patches.filter((each) => each.token !== token);
    if (pending.patches.length === 0) this.pending.delete(id);
    return pending;
  }

  private rememberOwn(id: Uuid, from: number, to: number): void {
    this.ownVersions.set(`${id}:${from}`, to);
    if (this.ownVersions.size > REMEMBERED_VERSIONS) {
      const oldest = this.ownVersions.keys().next().value;
      if (oldest !== undefined) this.ownVersions.delete(oldest);
    }
  }
}

const indexes = new WeakMap<readonly Task[], Map<Uuid, number>>();

/** Where a task is in a list, -1 if it is not. The index is made once for each list. */
function indexOf(tasks: readonly Task[], id: Uuid): number {
  let index = indexes.get(tasks);
  if (!index) {
    index = new Map(tasks.map((task, i) => [task.id, i]));
    indexes.set(tasks, index);
  }
  return index.get(id) ?? -1;
}

function replaced(tasks: Task[], id: Uuid, task: Task | null): Task[] {
  // Not by index: one change does not earn the making of one.
  const at = tasks.findIndex((each) => each.id === id);
  if (!task) return at < 0 ? tasks : tasks.toSpliced(at, 1);
  return at < 0 ? [...tasks, task] : tasks.with(at, task);
}

function overlay(server: Task, pending: Pending | undefined): Task {
  return pending ? pending.patches.reduce<Task>((task, { patch }) => ({ ...task, ...patch }), server) : server;
}

const caches = new WeakMap<QueryClient, TaskCache>();

/** The one task cache of a query client. */
export function taskCache(client: QueryClient): TaskCache {
  let cache = caches.get(client);
  if (!cache) {
    cache = new TaskCache(client);
    caches.set(client, cache);
  }
  return cache;
}
