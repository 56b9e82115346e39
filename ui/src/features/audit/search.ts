import type { AuditFilter } from '@/shared/api/audit';

/** What the address of the log keeps: whose entries, about what, and from when to when, in whole days. */
export interface AuditSearch {
  user?: string;
  action?: string;
  type?: string;
  id?: string;
  /** The first and the last day, as `2026-06-15`. */
  from?: string;
  to?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (value: string): boolean => DAY.test(value) && !Number.isNaN(Date.parse(value));

/** Takes what it understands of an address that anyone may have typed. */
export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const search: AuditSearch = {};
  for (const name of ['user', 'action', 'type', 'id', 'from', 'to'] as const) {
    const value = raw[name];
    if (typeof value !== 'string' || value === '') continue;
    if ((name === 'from' || name === 'to') && !isDay(value)) continue;
    search[name] = value;
  }
  return search;
}

/** Midnight where the person is, `ahead` days on: a day is not everywhere as long. */
function midnight(day: string, ahead: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + ahead).toISOString();
}

/** The same as the server is asked it: the last day is meant to its end. */
export function filterOf({ user, action, type, id, from, to }: AuditSearch): AuditFilter {
  return {
    ...(user ? { user_id: user } : {}),
    ...(action ? { action } : {}),
    ...(type ? { entity_type: type } : {}),
    ...(id ? { entity_id: id } : {}),
    ...(from ? { since: midnight(from, 0) } : {}),
    ...(to ? { until: midnight(to, 1) } : {}),
  };
}

/** The search with a part changed; what is empty goes. */
export const changed = (search: AuditSearch, patch: { [Part in keyof AuditSearch]: string | undefined }): AuditSearch => readAuditSearch({ ...search, ...patch });
