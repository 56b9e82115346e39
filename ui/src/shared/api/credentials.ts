import { queryOptions } from '@tanstack/react-query';
import { api, path } from './client';
import { keys } from './keys';
import type { Credentials } from './types';

/** Names alone: a value never comes back. */
export const credentialsQuery = () => queryOptions({ queryKey: keys.credentials, queryFn: ({ signal }) => api.get<Credentials>('/credentials', { signal }) });

export const credentialCalls = {
  put: (name: string, value: string) => api.put(path`/credentials/${name}`, { value }),
  remove: (name: string) => api.delete(path`/credentials/${name}`),
};
