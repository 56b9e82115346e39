import type { BoardSearch } from '@/shared/api/boardSearch';
import type { Task } from '@/shared/api/types';

// Lower-casing thousands of descriptions on each key would be felt.
const texts = new WeakMap<Task, string>();

function textOf(task: Task): string {
  let text = texts.get(task);
  if (text === undefined) {
    text = `${task.title}\n${task.description}\n${task.labels.join(' ')}`.toLowerCase();
    texts.set(task, text);
  }
  return text;
}

/** The change of the address that shows every task again. */
export const NO_FILTERS = { q: undefined, status: undefined, priority: undefined, label: undefined };

export const isFiltering = (search: BoardSearch): boolean => Boolean(search.q || search.status || search.label || search.priority);

/** The tasks that match all of: every word, one of the statuses, one of the priorities, each of the labels. */
export function filterTasks(tasks: readonly Task[], { q, status, label, priority }: BoardSearch): readonly Task[] {
  const words = q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  if (words.length === 0 && !status && !label && !priority) return tasks;
  return tasks.filter(
    (task) =>
      (!status || status.includes(task.status)) &&
      (!priority || priority.includes(task.priority)) &&
      (!label || label.every((each) => task.labels.includes(each))) &&
      words.every((word) => textOf(task).includes(word)),
  );
}

/** All labels in use, the most used first. */
export function labelsIn(tasks: readonly Task[]): string[] {
  const uses = new Map<string, number>();
  for (const task of tasks) for (const label of task.labels) uses.set(label, (uses.get(label) ?? 0) + 1);
  return [...uses].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([label]) => label);
}
