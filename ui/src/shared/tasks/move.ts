import type { QueryClient } from '@tanstack/react-query';
import { positionBetween } from '@/shared/api/taskOrder';
import type { TaskChange } from '@/shared/api/tasks';
import { taskCache } from '@/shared/api/taskCache';
import type { Task, TaskStatus } from '@/shared/api/types';
import { announce } from '@/shared/ui/announce';
import { toast } from '@/shared/ui/toast';
import { changeTask } from './changeTask';

/** A place in a column: between two tasks as they are shown (null: the end of the column). */
export interface Place {
  status: TaskStatus;
  previous: Task | null;
  next: Task | null;
}

/** The place at `index` of a column as it will be without the tasks that move. */
export function placeAt(status: TaskStatus, column: readonly Task[], index: number, moving: ReadonlySet<string>): Place {
  const isStaying = (task: Task | undefined): task is Task => task !== undefined && !moving.has(task.id);
  return {
    status,
    previous: column.slice(0, index).findLast(isStaying) ?? null,
    next: column.slice(index).find(isStaying) ?? null,
  };
}

/** Where a task lies now, so that it can be put back. */
export function placeOf(task: Task, column: readonly Task[]): Place {
  const at = column.findIndex((each) => each.id === task.id);
  return placeAt(task.status, column, Math.max(at, 0), new Set([task.id]));
}

function changeTo({ status, previous, next }: Place): TaskChange {
  if (previous) return { status, after: previous.id };
  return next ? { status, before: next.id } : { status };
}

/** Shows the task in its place at once. True once the server has it there. */
export function moveTask(client: QueryClient, task: Task, place: Place): Promise<boolean> {
  const position = positionBetween(place.previous?.position ?? null, place.next?.position ?? null);
  return changeTask(client, task, changeTo(place), { shown: { status: place.status, position } });
}

/** Moves tasks in their order to one place, says so, and offers the way back. */
export async function moveTasks(client: QueryClient, tasks: readonly Task[], place: Place, columnTitle: string, origins: readonly Place[]): Promise<void> {
  const moved: { task: Task; origin: Place }[] = [];
  let { previous } = place;
  for (const [i, task] of tasks.entries()) {
    const saved = await moveTask(client, task, { ...place, previous });
    const origin = origins[i];
    if (!saved || !origin) break;
    previous = taskCache(client).get(task.id, task.project_id) ?? task;
    moved.push({ task: previous, origin });
  }
  const first = moved[0];
  if (!first) return;
  const what = moved.length === 1 ? `“${first.task.title}”` : `${moved.length} tasks`;
  announce(`Moved ${what} to ${columnTitle}`);
  const undo = async () => {
    // The last first: an origin may name a task that moved along.
    for (const { task, origin } of moved.toReversed()) {
      if (!(await moveTask(client, taskCache(client).get(task.id, task.project_id) ?? task, origin))) return;
    }
  };
  toast.done(`Moved ${what} to ${columnTitle}`, () => void undo(), `move:${first.task.id}`);
}
