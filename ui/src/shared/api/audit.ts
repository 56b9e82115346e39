import { infiniteQueryOptions } from '@tanstack/react-query';
import { addressOf } from '@/shared/transport';
import { api, queryString } from './client';
import type { AuditEntry } from './identity';
import { keys } from './keys';
import type { Page, Time, Uuid } from './types';

/** Which entries are asked for; what is absent admits all. */
export interface AuditFilter {
  user_id?: Uuid;
  /** An action, or the noun of several. */
  action?: string;
  entity_type?: string;
  entity_id?: Uuid;
  since?: Time;
  until?: Time;
}

const PAGE = 100;

/** The log, newest first, page by page. It grows without an event: read again when the page is opened. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: keys.audit(filter),
    queryFn: ({ pageParam, signal }) => api.get<Page<AuditEntry>>('/audit', { query: { ...filter, cursor: pageParam, limit: PAGE }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });

/** Where all entries that the filter admits are downloaded, a JSON object a line. */
export const auditExportAddress = (filter: AuditFilter): string => addressOf(`/audit/export${queryString({ ...filter })}`);
