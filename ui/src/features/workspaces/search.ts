import type { Uuid } from '@/shared/api/types';

export const TABS = ['conversation', 'changes', 'files', 'checkpoints', 'terminal'] as const;
export type WorkspaceTab = (typeof TABS)[number];

/** The parts that share one side of the page. On wide windows the terminals have a place of their own, below. */
export type SideTab = Exclude<WorkspaceTab, 'conversation' | 'terminal'>;

/** What the address of a workspace keeps. */
export interface WorkspaceSearch {
  tab?: WorkspaceTab;
  session?: Uuid;
  /** The file or folder that is open in the files tab. */
  file?: string;
}

/** Takes what it understands of an address that anyone may have typed. */
export function readWorkspaceSearch(raw: Record<string, unknown>): WorkspaceSearch {
  const search: WorkspaceSearch = {};
  const tab = TABS.find((each) => each === raw.tab);
  if (tab) search.tab = tab;
  if (typeof raw.session === 'string' && raw.session !== '') search.session = raw.session;
  // The empty place is the folder around several repos.
  if (typeof raw.file === 'string') search.file = raw.file;
  return search;
}
