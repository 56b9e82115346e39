import type { QueryClient } from '@tanstack/react-query';
import { keys } from '@/shared/api/keys';

/** However many tasks change, the projects are read again at most this often, in ms. */
const PAUSE_MS = 500;
const waiting = new WeakSet<QueryClient>();

/**
 * Has the numbers of tasks of each project read again, soon. A change does not tell which status a task had before,
 * and most boards are not in the cache, so that only the server can count.
 */
export function recountSoon(client: QueryClient): void {
  if (waiting.has(client)) return;
  waiting.add(client);
  setTimeout(() => {
    waiting.delete(client);
    void client.invalidateQueries({ queryKey: keys.projects, exact: true });
  }, PAUSE_MS);
}
