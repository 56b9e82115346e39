import type { Task, TaskStatus } from './types';

/** Positions are compared byte by byte; ids break ties, so that the order is total. */
export function byPosition(a: Task, b: Task): number {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export type Columns = Record<TaskStatus, Task[]>;

export function groupByStatus(tasks: readonly Task[]): Columns {
  const columns: Columns = { todo: [], in_progress: [], in_review: [], done: [], cancelled: [] };
  for (const task of tasks) columns[task.status].push(task);
  for (const column of Object.values(columns)) column.sort(byPosition);
  return columns;
}

const LOW = 0x21;
const HIGH = 0x7e;

/**
 * A string between two positions (null: no bound), in byte order. Only shown until the server answers
 * with the real position.
 */
export function positionBetween(before: string | null, after: string | null): string {
  let result = '';
  let bounded = after !== null;
  for (let i = 0; ; i += 1) {
    const low = before !== null && i < before.length ? before.charCodeAt(i) : LOW;
    const high = bounded && after !== null && i < after.length ? after.charCodeAt(i) : HIGH + 1;
    if (high - low > 1) return result + String.fromCharCode(Math.floor((low + high) / 2));
    result += String.fromCharCode(low);
    // Once below the upper bound, whatever follows stays below it.
    if (low < high) bounded = false;
  }
}
