import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, isNotFound, rateLimitEnd } from '@/shared/api/errors';
import { NetworkError } from '@/shared/transport/transport';
import { readsWaitUntil } from './RateLimit';

/** Retries only what may pass: a refusal stays one, but for that of too many requests. */
function shouldRetry(failures: number, error: Error): boolean {
  if (rateLimitEnd(error) !== null) return failures < 2;
  if (error instanceof ApiError) return error.status >= 500 && failures < 2;
  return error instanceof NetworkError && failures < 3;
}

/** When the server says so, where it does; with some spread, for all that was refused comes again then. */
function retryDelay(failures: number, error: Error): number {
  const end = rateLimitEnd(error);
  if (end === null) return Math.min(1_000 * 2 ** failures, 30_000);
  readsWaitUntil.set((until) => Math.max(until, end));
  return Math.max(0, end - Date.now()) + Math.random() * 500;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    // What is not there any more for the person, such as a board that was closed to them, does not stay on the screen.
    queryCache: new QueryCache({ onError: (error, query) => isNotFound(error) && query.setState({ data: undefined }) }),
    defaultOptions: {
      queries: {
        // The change feed keeps what is cached current, and says when it could not.
        staleTime: Infinity,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        networkMode: 'always',
        retry: shouldRetry,
        retryDelay,
      },
      mutations: { networkMode: 'always' },
    },
  });
}
