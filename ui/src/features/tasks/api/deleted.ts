import { queryOptions } from '@tanstack/react-query';
import { getAll, path } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import type { Task, Uuid } from '@/shared/api/types';

export const deletedTasksQuery = (projectId: Uuid) =>
  queryOptions({
    queryKey: keys.deletedTasks(projectId),
    queryFn: ({ signal }) => getAll<Task>(path`/projects/${projectId}/tasks`, { query: { deleted: true, limit: 1000 }, signal }),
    // Read again on each visit: the feed tells of deletions, not of what the retention took away.
    staleTime: 0,
  });
