import { createContext, useContext } from 'react';
import type { TaskStatus, Uuid } from '@/shared/api/types';
import { createStore, useStore, type Store } from '@/shared/hooks/createStore';

/** What the board shows beyond the tasks: view state only. */
export interface BoardState {
  /** The card that the keys act on. */
  focused: Uuid | null;
  selected: ReadonlySet<Uuid>;
  /** The card whose title is being edited. */
  editing: Uuid | null;
  /** The column whose new-task field is open. */
  adding: TaskStatus | null;
  /** The task that was added last: brought into sight and marked for a moment. */
  added: Uuid | null;
  /** The cards being dragged, and where they would land. */
  dragged: ReadonlySet<Uuid>;
  dropAt: { status: TaskStatus; index: number } | null;
  /** The property being picked for the focused or selected tasks. */
  picking: 'status' | 'priority' | 'labels' | null;
  /** Where a card's menu is open, in px of the window. */
  menuAt: { x: number; y: number } | null;
}

const NOTHING: ReadonlySet<Uuid> = new Set();

export const createBoardState = (): Store<BoardState> =>
  createStore<BoardState>({ focused: null, selected: NOTHING, editing: null, adding: null, added: null, dragged: NOTHING, dropAt: null, picking: null, menuAt: null });

const Context = createContext<Store<BoardState> | null>(null);
export const BoardStateProvider = Context.Provider;

export function useBoardStore(): Store<BoardState> {
  const store = useContext(Context);
  if (!store) throw new Error('A board component must stand inside BoardStateProvider.');
  return store;
}

export const useBoardState = <S>(select: (state: BoardState) => S): S => useStore(useBoardStore(), select);

const CARD_PARTS = ['focused', 'selected', 'dragged', 'added', 'editing'] as const;
type CardState = Record<(typeof CARD_PARTS)[number], boolean>;

/** What the state says of one card. One subscription and one number, for there are many cards and a key is pressed often. */
export function useCardState(id: Uuid): CardState {
  const marks = useBoardState((state) =>
    CARD_PARTS.reduce((sum, part, i) => {
      const value = state[part];
      const applies = value instanceof Set ? value.has(id) : value === id;
      return applies ? sum | (1 << i) : sum;
    }, 0),
  );
  return Object.fromEntries(CARD_PARTS.map((part, i) => [part, (marks & (1 << i)) !== 0])) as CardState;
}

export const patchState = (store: Store<BoardState>, patch: Partial<BoardState>): void => store.set((state) => ({ ...state, ...patch }));

export function toggleSelected(store: Store<BoardState>, id: Uuid): void {
  const selected = new Set(store.get().selected);
  if (!selected.delete(id)) selected.add(id);
  patchState(store, { selected });
}

export const clearSelection = (store: Store<BoardState>): void => patchState(store, { selected: NOTHING });
export const endDrag = (store: Store<BoardState>): void => patchState(store, { dragged: NOTHING, dropAt: null });
