import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import { keys } from './keys';
import type { Terminal, Uuid } from './types';

/** What a program is given to begin with. */
interface Beginning {
  cols?: number;
  rows?: number;
}

/** The open terminals of a workspace, oldest first. */
export const terminalsQuery = (workspaceId: Uuid) =>
  queryOptions({
    queryKey: keys.workspaceTerminals(workspaceId),
    queryFn: ({ signal }) => getAll<Terminal>(path`/workspaces/${workspaceId}/terminals`, { signal }),
  });

export const isDevServer = ({ kind }: Pick<Terminal, 'kind'>): boolean => kind === 'dev_server';

export const terminalCalls = {
  open: (workspaceId: Uuid, terminal: { name?: string } & Beginning) => api.post<Terminal>(path`/workspaces/${workspaceId}/terminals`, terminal),
  /** Answers with the one that runs where there is one. */
  startDevServer: (workspaceId: Uuid, size: Beginning) => api.post<Terminal>(path`/workspaces/${workspaceId}/dev-server`, size),
  /** Also one that is closed. */
  get: (id: Uuid) => api.get<Terminal>(path`/terminals/${id}`),
  rename: ({ id, version }: Terminal, name: string) => api.patch<Terminal>(path`/terminals/${id}`, { name }, { version }),
  close: ({ id, version }: Terminal) => api.delete(path`/terminals/${id}`, { version }),
};

const SIGNALS: Record<number, string> = { 129: 'hung up', 130: 'interrupted', 131: 'quit', 134: 'aborted', 137: 'killed', 139: 'crashed', 143: 'terminated' };

/** That a program ended, as a sentence: with what, where that is worth a word. */
export function exitSentence(program: string, exitCode: number | null): string {
  if (exitCode === null || exitCode === 0) return `${program} ended.`;
  const signal = SIGNALS[exitCode];
  return `${program} ended (exit code ${exitCode}${signal ? `: ${signal}` : ''}).`;
}
