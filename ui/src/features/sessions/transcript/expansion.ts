import { createContext, useCallback, useContext } from 'react';
import { createStore, useStore, type Store } from '@/shared/hooks/createStore';

/** What a person opened or closed by hand, by row. Kept outside the rows, which come and go as the list scrolls. */
type Expansion = Store<ReadonlyMap<string, boolean>>;

export const createExpansion = (): Expansion => createStore<ReadonlyMap<string, boolean>>(new Map());

export const ExpansionContext = createContext<Expansion>(createExpansion());

/** Whether a part is open, and how to change that. */
export function useExpanded(key: string, initially: boolean): [open: boolean, toggle: () => void] {
  const store = useContext(ExpansionContext);
  const open = useStore(store, (map) => map.get(key) ?? initially);
  const toggle = useCallback(() => store.set((map) => new Map(map).set(key, !(map.get(key) ?? initially))), [store, key, initially]);
  return [open, toggle];
}
