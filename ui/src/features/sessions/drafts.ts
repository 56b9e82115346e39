import type { Uuid } from '@/shared/api/types';

const key = (sessionId: Uuid) => `switchyard.draft.${sessionId}`;

/** What is being written to a session, kept over reloads of the page. */
export const drafts = {
  get: (sessionId: Uuid): string => sessionStorage.getItem(key(sessionId)) ?? '',
  set: (sessionId: Uuid, text: string): void => (text === '' ? sessionStorage.removeItem(key(sessionId)) : sessionStorage.setItem(key(sessionId), text)),
};
