import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import type { FoundRepos, PathCompletion } from '@/shared/api/types';

const FRESH_MS = 5_000;

/** Folders that begin with what was typed. */
export const completePathQuery = (prefix: string) =>
  queryOptions({
    queryKey: keys.completePath(prefix),
    queryFn: ({ signal }) => api.get<{ items: PathCompletion[] }>('/fs/complete', { query: { prefix }, signal }),
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    retry: false,
  });

/** Repositories below a folder (empty: the home folder). `complete` is false when the search ran out of time. */
export const foundReposQuery = (under = '') =>
  queryOptions({
    queryKey: keys.foundRepos(under),
    queryFn: ({ signal }) =>
      api.get<FoundRepos>('/fs/repos', { query: under ? { under } : {}, signal }),
    staleTime: 30_000,
  });
