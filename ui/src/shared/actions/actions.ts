import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react';
import { createStore } from '@/shared/hooks/createStore';
import { isReadOnly } from '@/shared/identity/readOnly';

/** Something a person can do. The same object feeds the menus, the shortcuts and the command palette. */
export interface Action {
  /** `noun.verb`, unique among what is mounted. */
  id: string;
  title: string;
  /** Heading in the palette and the list of shortcuts. */
  group: string;
  icon?: ReactNode;
  /** `mod+k`, `shift+arrowdown`, or a sequence such as `g b`; several for alternatives. The first is shown. */
  shortcut?: string | readonly string[];
  /** Changes something: neither offered nor run where the person may only look. */
  writes?: boolean;
  /** False: neither offered nor run. Asked when needed, so it may look at live state. */
  when?: () => boolean;
  run: () => void;
  /** Works by shortcut only; left out of the palette (e.g. "focus the next card"). */
  paletteHidden?: boolean;
  /** Also works while a text field has the focus. Only for chords with a modifier. */
  inFields?: boolean;
}

/** Groups of mounted actions, the newest last: it wins when two share a shortcut. */
export const actionGroups = createStore<readonly (readonly Action[])[]>([]);

export const shortcutsOf = (action: Action): readonly string[] =>
  action.shortcut === undefined ? [] : typeof action.shortcut === 'string' ? [action.shortcut] : action.shortcut;

export const isAvailable = (action: Action): boolean => !(action.writes && isReadOnly()) && (action.when?.() ?? true);

/** Everything that this page offers; where ids repeat, the newest. */
export function mountedActions(): Action[] {
  return [...new Map(actionGroups.get().flatMap((group) => group.map((action) => [action.id, action] as const))).values()];
}

/** Everything that can be done now. */
export const availableActions = (): Action[] => mountedActions().filter(isAvailable);

/**
 * Offers actions while the component is mounted. They may close over the latest props: what runs is
 * always the newest version, while the list is only rebuilt when an id, title or shortcut changes.
 */
export function useActions(actions: readonly Action[]): void {
  const latest = useRef(actions);
  useLayoutEffect(() => {
    latest.current = actions;
  });
  const signature = actions.map(({ id, title, shortcut }) => `${id}|${title}|${String(shortcut)}`).join('\n');
  useEffect(() => {
    const newest = (id: string) => latest.current.find((action) => action.id === id);
    const group = latest.current.map((action) => ({
      ...action,
      when: () => newest(action.id)?.when?.() ?? true,
      run: () => newest(action.id)?.run(),
    }));
    actionGroups.set((groups) => [...groups, group]);
    return () => actionGroups.set((groups) => groups.filter((each) => each !== group));
  }, [signature]);
}
