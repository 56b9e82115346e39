import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query';

const waiting = new WeakMap<QueryClient, Set<string>>();

/**
 * An answer that is on its way may be older than a change that is here already, and would stay on the page for good.
 * Such a query is read once more as soon as the answer is in.
 */
export function renewAfterRead(client: QueryClient, queryKey: QueryKey): void {
  const cache = client.getQueryCache();
  const query = cache.find({ queryKey, exact: true });
  if (query?.state.fetchStatus !== 'fetching') return;
  const hashes = waiting.get(client) ?? new Set();
  waiting.set(client, hashes);
  const hash = hashKey(queryKey);
  if (hashes.has(hash)) return;
  hashes.add(hash);
  const unsubscribe = cache.subscribe((event) => {
    if (event.query !== query || (event.type !== 'removed' && query.state.fetchStatus === 'fetching')) return;
    unsubscribe();
    hashes.delete(hash);
    if (event.type !== 'removed') void client.invalidateQueries({ queryKey, exact: true });
  });
}
