import { createContext, useContext } from 'react';
import { createStore, useStore, type Store } from '@/shared/hooks/createStore';
import type { Uuid } from '@/shared/api/types';
import type { Anchor } from './api/review';
import type { DiffMode } from './model/rows';

/** How the review of one workspace is looked at. Kept while the app is open, so that changing tabs loses nothing. */
export interface ReviewView {
  mode: DiffMode;
  filter: string;
  /** Files that were folded or unfolded by hand, by key; else a viewed file is folded. */
  folded: ReadonlyMap<string, boolean>;
  /** Signature of each file when it was marked as viewed. */
  viewed: Readonly<Record<string, string>>;
  closedFolders: ReadonlySet<string>;
  /** Large files of which all was asked for. */
  whole: ReadonlySet<string>;
  /** The row that the keyboard is at. */
  cursor: string | null;
  /** The line below the pointer. */
  hovered: string | null;
  /** The lines that a comment is being drawn over. */
  selecting: Selection | null;
  /** The new comment that is being written. */
  editing: Anchor | null;
  /** What was typed and not saved: by comment id, or `new`. */
  drafts: ReadonlyMap<string, string>;
}

export interface Selection {
  fileKey: string;
  side: 'old' | 'new';
  /** Where it began. */
  from: number;
  to: number;
}

export type ReviewStore = Store<ReviewView>;

const MODE_KEY = 'switchyard.diff-mode';
const viewedKey = (workspaceId: Uuid) => `switchyard.viewed.${workspaceId}`;

function readViewed(workspaceId: Uuid): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(viewedKey(workspaceId)) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
}

const stores = new Map<Uuid, ReviewStore>();

export function reviewStoreOf(workspaceId: Uuid): ReviewStore {
  const known = stores.get(workspaceId);
  if (known) return known;
  const store = createStore<ReviewView>({
    mode: localStorage.getItem(MODE_KEY) === 'split' ? 'split' : 'unified',
    filter: '',
    folded: new Map(),
    viewed: readViewed(workspaceId),
    closedFolders: new Set(),
    whole: new Set(),
    cursor: null,
    hovered: null,
    selecting: null,
    editing: null,
    drafts: new Map(),
  });
  let { mode, viewed } = store.get();
  store.subscribe(() => {
    const now = store.get();
    if (now.mode !== mode) localStorage.setItem(MODE_KEY, now.mode);
    if (now.viewed !== viewed) localStorage.setItem(viewedKey(workspaceId), JSON.stringify(now.viewed));
    ({ mode, viewed } = now);
  });
  stores.set(workspaceId, store);
  return store;
}

export const ReviewContext = createContext<ReviewStore | null>(null);

export function useReviewStore(): ReviewStore {
  const store = useContext(ReviewContext);
  if (!store) throw new Error('A part of the review was mounted outside of it.');
  return store;
}

export const useReview = <T>(select: (view: ReviewView) => T): T => useStore(useReviewStore(), select);

export const patchReview = (store: ReviewStore, change: Partial<ReviewView>): void => store.set((view) => ({ ...view, ...change }));

export function setDraft(store: ReviewStore, id: string, text: string | null): void {
  store.set((view) => {
    const drafts = new Map(view.drafts);
    if (text === null) drafts.delete(id);
    else drafts.set(id, text);
    return { ...view, drafts };
  });
}

export const toggled = <T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> => {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
};
