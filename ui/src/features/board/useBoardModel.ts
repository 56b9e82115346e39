import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import type { BoardSearch } from '@/shared/api/boardSearch';
import { projectQuery } from '@/shared/api/projects';
import { groupByStatus } from '@/shared/api/taskOrder';
import { tasksQuery } from '@/shared/api/tasks';
import type { Task, Uuid } from '@/shared/api/types';
import { shownColumns } from './columns';
import { filterTasks } from './filter';

const NONE: Task[] = [];

/** The board as it is to be shown: the project, all its tasks, and the filtered columns. */
export function useBoardModel(projectId: Uuid, search: BoardSearch) {
  const client = useQueryClient();
  const project = useQuery(projectQuery(projectId));
  const tasks = useQuery(tasksQuery(client, projectId));
  const all = tasks.data ?? NONE;
  const settings = project.data?.settings.columns;
  // While typing, the field comes first and the columns follow.
  const filter = useDeferredValue(search);
  const columns = useMemo(() => shownColumns(settings ?? [], groupByStatus(filterTasks(all, filter)), filter.status), [settings, all, filter]);
  return { project, tasks, all, columns };
}
