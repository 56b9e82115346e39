import { openedFor } from '@/shared/api/auth';
import type { Uuid } from '@/shared/api/types';

const KEY = 'switchyard.last-project';

/** Each organisation has its own boards. */
function key(): string {
  const organisation = openedFor.get()?.organisation.id;
  return organisation ? `${KEY}.${organisation}` : KEY;
}

/** The board that this browser looked at last: where `/` leads. */
export const lastProject = {
  get: (): Uuid | null => localStorage.getItem(key()),
  set: (id: Uuid): void => localStorage.setItem(key(), id),
};
