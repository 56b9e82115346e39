import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import { keys } from './keys';
import type { Credentials, GitCredential } from './types';

/** Names alone: a value never comes back. */
export const credentialsQuery = () => queryOptions({ queryKey: keys.credentials, queryFn: ({ signal }) => api.get<Credentials>('/credentials', { signal }) });

export const credentialCalls = {
  put: (name: string, value: string) => api.put(path`/credentials/${name}`, { value }),
  remove: (name: string) => api.delete(path`/credentials/${name}`),
};

/** Hosts alone: a token never comes back. */
export const gitCredentialsQuery = () =>
  queryOptions({ queryKey: keys.gitCredentials, queryFn: ({ signal }) => getAll<GitCredential>('/git-credentials', { signal }) });

export const gitCredentialCalls = {
  put: (host: string, username: string, secret: string) => api.put(path`/git-credentials/${host}`, { username, secret }),
  remove: (host: string) => api.delete(path`/git-credentials/${host}`),
};
