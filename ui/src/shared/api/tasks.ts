import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import { keys } from './keys';
import { taskCache } from './taskCache';
import type { Priority, Task, TaskStatus, Uuid } from './types';

const PAGE = 1000;

export interface TaskChange {
  title?: string;
  description?: string;
  status?: TaskStatus;
  priority?: Priority;
  labels?: string[];
  assignee?: Uuid | null;
  /** Put before / after this task in its column. */
  before?: Uuid;
  after?: Uuid;
}

export interface BulkSet {
  status?: TaskStatus;
  priority?: Priority;
  add_labels?: string[];
  remove_labels?: string[];
}

export interface NewTask {
  title: string;
  description?: string;
  status?: TaskStatus;
  priority?: Priority;
  labels?: string[];
}

/** All tasks of a project: one cache entry that the feed keeps current, so it is never stale by age. */
export const tasksQuery = (client: QueryClient, projectId: Uuid) =>
  queryOptions({
    queryKey: keys.tasks(projectId),
    queryFn: ({ signal }) =>
      taskCache(client).readList(projectId, () =>
        getAll<Task>(path`/projects/${projectId}/tasks`, { query: { limit: PAGE }, signal }, (first) =>
          // The rest of a large board comes while the first page is looked at already.
          client.setQueryData<Task[]>(keys.tasks(projectId), (known) => known ?? first),
        ),
      ),
    // Comparing ten thousand tasks field by field on each change would cost frames.
    structuralSharing: false,
  });

export const taskQuery = (client: QueryClient, id: Uuid, projectId?: Uuid) =>
  queryOptions({
    queryKey: keys.task(id),
    queryFn: ({ signal }) => api.get<Task>(path`/tasks/${id}`, { signal }),
    initialData: () => taskCache(client).get(id, projectId),
  });

/** Searches on the server: titles and descriptions of all tasks of a project. */
export const taskSearchQuery = (projectId: Uuid, q: string) =>
  queryOptions({
    queryKey: keys.taskSearch(projectId, q),
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Task[] }>(path`/projects/${projectId}/tasks`, { query: { q, limit: 20 }, signal })).items,
    staleTime: 10_000,
  });

export const taskCalls = {
  create: (projectId: Uuid, task: NewTask, idempotencyKey: string) =>
    api.post<Task>(path`/projects/${projectId}/tasks`, task, { idempotencyKey }),
  change: (id: Uuid, version: number, change: TaskChange) => api.patch<Task>(path`/tasks/${id}`, change, { version }),
  remove: (id: Uuid, version: number) => api.delete(path`/tasks/${id}`, { version }),
  restore: (id: Uuid) => api.post<Task>(path`/tasks/${id}/restore`),
  /** Changes many tasks. Those that no longer have the version given come back as `stale`, as they are now. */
  bulk: (projectId: Uuid, versions: Record<Uuid, number>, change: { set: BulkSet } | { delete: true }) =>
    api.post<{ items: Task[]; stale: Task[] }>(path`/projects/${projectId}/tasks/bulk`, { ids: Object.keys(versions), versions, ...change }),
};
