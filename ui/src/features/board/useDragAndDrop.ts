import { createContext, useContext, useEffect, useState } from 'react';
import { useReadOnly } from '@/shared/identity/readOnly';
import type * as Module from './dnd';

type DragAndDrop = typeof Module;

const Context = createContext<DragAndDrop | null>(null);
export const DragAndDropProvider = Context.Provider;
export const useDragAndDrop = (): DragAndDrop | null => useContext(Context);

/** Loads the drag-and-drop code once the board has been painted. */
export function useLoadedDragAndDrop(): DragAndDrop | null {
  const [loaded, setLoaded] = useState<DragAndDrop | null>(null);
  const readOnly = useReadOnly();
  useEffect(() => {
    if (readOnly) return;
    let wanted = true;
    // Without it the board still works by keyboard and menus.
    void import('./dnd').then((module) => wanted && setLoaded(module)).catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [readOnly]);
  return readOnly ? null : loaded;
}
