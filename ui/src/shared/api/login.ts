import { queryOptions } from '@tanstack/react-query';
import { readOnlyStore } from '@/shared/identity/readOnly';
import { addressOf } from '@/shared/transport';
import { api, getAll, path, queryString } from './client';
import type { Login, Me } from './identity';
import { keys } from './keys';
import type { Uuid } from './types';

/** Who is signed in. Only where there is a login: see `useAuthority`. */
export const meQuery = () => queryOptions({ queryKey: keys.me, queryFn: ({ signal }) => readMe(signal) });

async function readMe(signal: AbortSignal): Promise<Me> {
  const me = await api.get<Me>('/auth/me', { signal });
  readOnlyStore.set(me.organisation.role === 'viewer');
  return me;
}

/** Other browsers sign in and out without an event: read again when a page asks. */
export const loginsQuery = () => queryOptions({ queryKey: keys.logins, queryFn: ({ signal }) => getAll<Login>('/auth/logins', { signal }), staleTime: 5_000 });

export interface Registration {
  username: string;
  password: string;
  name: string;
  email?: string;
  /** The secret of the invitation by which the account is made, and whose place it takes. */
  invitation?: string;
}

const ANY_LOGIN = { anyLogin: true };

export const loginCalls = {
  signIn: (username: string, password: string) => api.post<Me>('/auth/login', { username, password }, ANY_LOGIN),
  register: (registration: Registration) => api.post<Me>('/auth/register', registration, ANY_LOGIN),
  signOut: () => api.post<void>('/auth/logout', undefined, ANY_LOGIN),
  /** Has this login act in another organisation. */
  actIn: (organisation: Uuid) => api.post<Me>('/auth/organisation', { org_id: organisation }, ANY_LOGIN),
  changePassword: (current: string, next: string) => api.put('/auth/password', { current, password: next }),
  finishReset: (token: string, password: string) => api.post<void>('/auth/reset/finish', { token, password }, ANY_LOGIN),
  end: (id: Uuid) => api.delete(path`/auth/logins/${id}`),
  endOthers: () => api.delete<{ ended: number }>('/auth/logins'),
};

/** Where the browser goes to sign in with GitHub; it comes back to `next`. */
export const gitHubAddress = (next: string): string => addressOf(`/auth/login${queryString({ next })}`);
