import { queryOptions } from '@tanstack/react-query';
import { api, path } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import type { Task, Uuid } from '@/shared/api/types';

/** What a request is about, in words. */
export const taskTitleQuery = (taskId: Uuid) =>
  queryOptions({
    queryKey: keys.task(taskId),
    queryFn: ({ signal }) => api.get<Task>(path`/tasks/${taskId}`, { signal }),
    select: (task) => task.title,
  });
