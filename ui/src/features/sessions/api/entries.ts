import { api, path } from '@/shared/api/client';
import type { Entry, Page, Uuid } from '@/shared/api/types';

/** Where to read: after or before a sequence number; with neither, the newest page. Always in ascending order. */
interface Place {
  after?: number;
  before?: number;
  limit: number;
}

export const readEntries = async (sessionId: Uuid, place: Place, signal?: AbortSignal): Promise<Entry[]> =>
  (await api.get<Page<Entry>>(path`/sessions/${sessionId}/entries`, { query: { ...place }, ...(signal ? { signal } : {}) })).items;

export const streamPath = (sessionId: Uuid, after: number): string => `${path`/sessions/${sessionId}/stream`}?after=${after}`;
