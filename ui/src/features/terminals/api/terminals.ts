import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { api, getAll, path } from '@/shared/api/client';
import { isNotFound } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import type { Terminal, Uuid } from '@/shared/api/types';
import type { AttachmentState, Size } from '@/features/terminals/stream/attachment';

/** The open terminals of a workspace, oldest first. */
export const terminalsQuery = (workspaceId: Uuid) =>
  queryOptions({
    queryKey: keys.workspaceTerminals(workspaceId),
    queryFn: ({ signal }) => getAll<Terminal>(path`/workspaces/${workspaceId}/terminals`, { signal }),
  });

export const terminalCalls = {
  open: (workspaceId: Uuid, terminal: { name?: string } & Partial<Size>) => api.post<Terminal>(path`/workspaces/${workspaceId}/terminals`, terminal),
  /** Also one that is closed. */
  get: (id: Uuid) => api.get<Terminal>(path`/terminals/${id}`),
  rename: ({ id, version }: Terminal, name: string) => api.patch<Terminal>(path`/terminals/${id}`, { name }, { version }),
  close: ({ id, version }: Terminal) => api.delete(path`/terminals/${id}`, { version }),
};

/** What became of a terminal that cannot be attached to. */
export async function lookUpTerminal(id: Uuid): Promise<AttachmentState> {
  try {
    const terminal = await terminalCalls.get(id);
    if (terminal.status === 'open') return { is: 'away' };
    return { is: 'closed', reason: terminal.closed_reason, exitCode: terminal.exit_code };
  } catch (error) {
    if (isNotFound(error)) return { is: 'gone' };
    throw error;
  }
}

/** Puts a terminal that an answer brought where the pages look for it; the feed tells the same a moment later. */
export function keepTerminal(client: QueryClient, terminal: Terminal): void {
  client.setQueryData<Terminal[]>(keys.workspaceTerminals(terminal.workspace_id), (list) => {
    if (!list) return list;
    const at = list.findIndex(({ id }) => id === terminal.id);
    const known = list[at];
    if (!known) return [...list, terminal];
    return known.version > terminal.version ? list : list.with(at, terminal);
  });
}

export function forgetTerminal(client: QueryClient, { id, workspace_id }: Pick<Terminal, 'id' | 'workspace_id'>): void {
  client.setQueryData<Terminal[]>(keys.workspaceTerminals(workspace_id), (list) => list?.filter((each) => each.id !== id));
}
