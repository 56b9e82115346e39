import { STATUSES } from '@/shared/api/boardSearch';
import type { Columns } from '@/shared/api/taskOrder';
import type { Column, Task, TaskStatus, Uuid } from '@/shared/api/types';
import { statusLabel } from '@/shared/ui/TaskIcons';

export interface BoardColumn {
  status: TaskStatus;
  title: string;
  tasks: Task[];
}

/** The columns to show, as the project has them set up. A status that is filtered for is shown even if hidden. */
export function shownColumns(settings: readonly Column[], tasks: Columns, only: readonly TaskStatus[] | undefined): BoardColumn[] {
  const known = settings.length > 0 ? settings : STATUSES.map((status) => ({ status, title: statusLabel(status), hidden: false }));
  return known
    .filter((column) => (only ? only.includes(column.status) : !column.hidden))
    .map(({ status, title }) => ({ status, title: title || statusLabel(status), tasks: tasks[status] }));
}

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The card that a key leads to; null where there is none. */
export function neighbour(columns: readonly BoardColumn[], from: Uuid | null, direction: Direction): Task | null {
  const x = columns.findIndex((column) => column.tasks.some((task) => task.id === from));
  if (x < 0) return columns.find((column) => column.tasks.length > 0)?.tasks[0] ?? null;
  const column = columns[x]?.tasks ?? [];
  const y = column.findIndex((task) => task.id === from);
  if (direction === 'up') return column[y - 1] ?? null;
  if (direction === 'down') return column[y + 1] ?? null;
  const step = direction === 'left' ? -1 : 1;
  for (let i = x + step; i >= 0 && i < columns.length; i += step) {
    const tasks = columns[i]?.tasks ?? [];
    if (tasks.length > 0) return tasks[Math.min(y, tasks.length - 1)] ?? null;
  }
  return null;
}
