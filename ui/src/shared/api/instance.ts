import { queryOptions } from '@tanstack/react-query';
import { compareLogin, openedFor } from './auth';
import { api, getAll } from './client';
import { keys } from './keys';
import type { Agent, Approval, Config, Info, Page } from './types';

/** What the instance is, and who is signed in here. */
export const askInfo = (signal?: AbortSignal): Promise<Info> =>
  // On a desktop nobody is answered without a login, and the refusal says that this window has none.
  api.get<Info>('/info', { anyLogin: openedFor.get() !== null, ...(signal ? { signal } : {}) });

/** The same; the page learns of it when somebody else is signed in than before. */
export async function readInfo(signal?: AbortSignal): Promise<Info> {
  const info = await askInfo(signal);
  compareLogin(info);
  return info;
}

export const infoQuery = () => queryOptions({ queryKey: keys.info, queryFn: ({ signal }) => readInfo(signal), staleTime: Infinity });

export const configQuery = () => queryOptions({ queryKey: keys.config, queryFn: ({ signal }) => api.get<Config>('/config', { signal }) });

export const changeConfig = (version: number, change: Partial<Omit<Config, 'version'>>) =>
  api.patch<Config>('/config', change, { version });

/** Agents come and go outside Switchyard, without an event: looked up again when a page asks. */
export const agentsQuery = () =>
  queryOptions({ queryKey: keys.agents, queryFn: ({ signal }) => getAll<Agent>('/agents', { signal }), staleTime: 10_000 });

/** Permission requests that wait for an answer. */
export const approvalsQuery = () =>
  queryOptions({
    queryKey: keys.approvals,
    queryFn: ({ signal }) => getAll<Approval>('/approvals', { query: { status: 'pending' }, signal }),
  });

/** Permission requests that nobody answered in time, only the latest of them: they are kept for ever. */
export const expiredApprovalsQuery = () =>
  queryOptions({
    queryKey: keys.expiredApprovals,
    queryFn: async ({ signal }) => (await api.get<Page<Approval>>('/approvals', { query: { status: 'expired', limit: 100 }, signal })).items,
  });
