import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/shared/api/errors';
import { NetworkError } from '@/shared/transport/transport';

/** Retries only what may pass: a refusal stays one. */
function shouldRetry(failures: number, error: Error): boolean {
  if (error instanceof ApiError) return error.status >= 500 && failures < 2;
  return error instanceof NetworkError && failures < 3;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The change feed keeps what is cached current, and says when it could not.
        staleTime: Infinity,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        networkMode: 'always',
        retry: shouldRetry,
      },
      mutations: { networkMode: 'always' },
    },
  });
}
