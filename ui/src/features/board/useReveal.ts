import { useEffect, useRef } from 'react';
import type { Task, Uuid } from '@/shared/api/types';
import { patchState, useBoardState, useBoardStore } from './boardState';

/** How long an added task stays marked, in ms. */
const MARKED_MS = 2_000;

interface Scrollable {
  scrollToIndex: (index: number, options: { align: 'auto' }) => void;
}

/** Brings the task that was added last into sight, once, wherever in the list it landed. */
export function useReveal(tasks: readonly (Task | null)[], list: Scrollable): void {
  const store = useBoardStore();
  const added = useBoardState((state) => state.added);
  const revealed = useRef<Uuid | null>(null);
  useEffect(() => {
    if (!added || revealed.current === added) return;
    const index = tasks.findIndex((task) => task?.id === added);
    if (index < 0) return;
    revealed.current = added;
    list.scrollToIndex(index, { align: 'auto' });
    // A card that comes into sight again later is no longer new.
    setTimeout(() => store.get().added === added && patchState(store, { added: null }), MARKED_MS);
  }, [added, tasks, list, store]);
}
