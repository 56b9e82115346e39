import type { Uuid } from '@/shared/api/types';

const KEY = 'switchyard.last-project';

/** The board that this browser looked at last: where `/` leads. */
export const lastProject = {
  get: (): Uuid | null => localStorage.getItem(KEY),
  set: (id: Uuid): void => localStorage.setItem(KEY, id),
};
