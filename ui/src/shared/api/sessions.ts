import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import { keys } from './keys';
import type { AgentSpec, Message, Session, SessionStatus, Uuid } from './types';

export const workspaceSessionsQuery = (workspaceId: Uuid) =>
  queryOptions({
    queryKey: keys.workspaceSessions(workspaceId),
    queryFn: ({ signal }) => getAll<Session>(path`/workspaces/${workspaceId}/sessions`, { signal }),
  });

export const sessionQuery = (id: Uuid) =>
  queryOptions({ queryKey: keys.session(id), queryFn: ({ signal }) => api.get<Session>(path`/sessions/${id}`, { signal }) });

export const messagesQuery = (sessionId: Uuid) =>
  queryOptions({
    queryKey: keys.messages(sessionId),
    queryFn: ({ signal }) => getAll<Message>(path`/sessions/${sessionId}/messages`, { signal }),
  });

export const sessionCalls = {
  start: (workspaceId: Uuid, agent: AgentSpec, prompt: string, idempotencyKey: string) =>
    api.post<Session>(path`/workspaces/${workspaceId}/sessions`, { agent, prompt }, { idempotencyKey }),
  send: (id: Uuid, text: string, idempotencyKey: string) => api.post<Message>(path`/sessions/${id}/messages`, { text }, { idempotencyKey }),
  removeMessage: (messageId: Uuid) => api.delete(path`/messages/${messageId}`),
  stop: (id: Uuid) => api.post<unknown>(path`/sessions/${id}/stop`),
  setOption: (id: Uuid, optionId: string, choiceId: string) =>
    api.post<unknown>(path`/sessions/${id}/options`, { option_id: optionId, choice_id: choiceId }),
};

const BUSY: ReadonlySet<SessionStatus> = new Set(['starting', 'running', 'waiting_approval']);

/** True while the agent has a turn under way. */
export const isBusy = (status: SessionStatus): boolean => BUSY.has(status);

/** True when the agent's process is gone and the next message starts it again. */
export const isAtRest = (status: SessionStatus): boolean => status === 'stopped' || status === 'failed' || status === 'completed';

/** The session that a page opens when none is named: the newest. Ids are ordered by time. */
export const newestSession = (sessions: readonly Session[]): Session | undefined =>
  sessions.reduce<Session | undefined>((newest, each) => (newest && newest.id > each.id ? newest : each), undefined);

/** Of two states of one session, the one that came later. */
export const newerSession = (one: Session, other: Session): Session => (other.version > one.version ? other : one);

/** Puts a session that an answer brought where the pages look for it. */
export function keepSession(client: QueryClient, session: Session): void {
  client.setQueryData<Session>(keys.session(session.id), (known) => (known && known.version > session.version ? known : session));
  client.setQueryData<Session[]>(keys.workspaceSessions(session.workspace_id), (list) =>
    list && !list.some((each) => each.id === session.id) ? [...list, session] : list,
  );
}

/** The same for a message. */
export function keepMessage(client: QueryClient, message: Message): void {
  client.setQueryData<Message[]>(keys.messages(message.session_id), (list) =>
    list && !list.some((each) => each.id === message.id) ? [...list, message] : list,
  );
}
