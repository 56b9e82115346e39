import type { Priority, TaskStatus } from './types';

/** What the board's address keeps: its filters and its view. */
export interface BoardSearch {
  q?: string;
  status?: TaskStatus[];
  label?: string[];
  priority?: Priority[];
  view?: 'list';
}

export const STATUSES: readonly TaskStatus[] = ['todo', 'in_progress', 'in_review', 'done', 'cancelled'];
export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'medium', 'low', 'none'];

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string' && each !== '');

/** Takes what it understands of an address that anyone may have typed. */
export function readBoardSearch(raw: Record<string, unknown>): BoardSearch {
  const search: BoardSearch = {};
  if (typeof raw.q === 'string' && raw.q !== '') search.q = raw.q;
  const status = STATUSES.filter((each) => list(raw.status).includes(each));
  if (status.length > 0) search.status = status;
  const priority = PRIORITIES.filter((each) => list(raw.priority).includes(each));
  if (priority.length > 0) search.priority = priority;
  const label = list(raw.label);
  if (label.length > 0) search.label = label;
  if (raw.view === 'list') search.view = 'list';
  return search;
}
