import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import type { ApiKey, KeyProject, NewApiKey, Role } from './identity';
import { keys } from './keys';
import type { Uuid } from './types';

/** All of the organisation's for its admins, their own for others. */
export const apiKeysQuery = () => queryOptions({ queryKey: keys.apiKeys, queryFn: ({ signal }) => getAll<ApiKey>('/keys', { signal }) });

export const apiKeyCalls = {
  /** Without `days` it never ends; without `projects` it is for the whole organisation. */
  create: (key: { name: string; role: Role; projects?: Omit<KeyProject, 'name'>[]; days?: number }) => api.post<NewApiKey>('/keys', key),
  remove: (id: Uuid) => api.delete(path`/keys/${id}`),
};
