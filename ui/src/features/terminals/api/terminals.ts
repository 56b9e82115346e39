import type { QueryClient } from '@tanstack/react-query';
import { isNotFound } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { terminalCalls } from '@/shared/api/terminals';
import type { Terminal, Uuid } from '@/shared/api/types';
import type { AttachmentState } from '@/features/terminals/stream/attachment';

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
