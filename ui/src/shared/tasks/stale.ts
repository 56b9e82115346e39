import type { TaskChange } from '@/shared/api/tasks';
import type { Task } from '@/shared/api/types';
import { createStore } from '@/shared/hooks/createStore';

/** The fields that two people can edit at once. */
export type EditableField = 'title' | 'description' | 'status' | 'priority' | 'labels' | 'assignee';
export const EDITABLE_FIELDS: readonly EditableField[] = ['title', 'description', 'status', 'priority', 'labels', 'assignee'];

/** A change made on `base` that meets another one, `theirs`, in the same fields. */
export interface StaleTask {
  base: Task;
  theirs: Task;
  change: TaskChange;
  fields: EditableField[];
}

/** A conflict that waits for a person. */
export interface WaitingStaleTask extends StaleTask {
  /** The change to make on `theirs` (empty: leave it as it is); null when the person put it off. */
  decide: (change: TaskChange | null) => void;
}

/** The conflict that waits for a person; the dialog shows it. */
export const staleTaskStore = createStore<WaitingStaleTask | null>(null);

/** Asks the person what to keep. */
export function askWhatToKeep(stale: StaleTask): Promise<TaskChange | null> {
  staleTaskStore.get()?.decide(null);
  return new Promise((resolve) => {
    staleTaskStore.set({
      ...stale,
      decide: (change) => {
        staleTaskStore.set(null);
        resolve(change);
      },
    });
  });
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields that both sides changed, to different values. Only these need a person to decide. */
export function conflictingFields(base: Task, theirs: Task, change: TaskChange): EditableField[] {
  return EDITABLE_FIELDS.filter(
    (field) => change[field] !== undefined && !same(base[field], theirs[field]) && !same(theirs[field], change[field]),
  );
}
