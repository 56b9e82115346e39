import type { Uuid } from '@/shared/api/types';

export type Direction = 'row' | 'column';

/** A terminal, or two panes with a line between them. */
export type Pane = { terminal: Uuid } | { direction: Direction; first: Pane; second: Pane };

export interface Tab {
  pane: Pane;
  /** The terminal of this tab that had the focus last. */
  current: Uuid;
}

/** How a workspace's terminals are laid out in this browser. */
export interface Layout {
  tabs: readonly Tab[];
  /** Position of the tab in front. */
  active: number;
}

export const EMPTY: Layout = { tabs: [], active: 0 };

/** More in one tab would be too small to work in. */
export const MOST_PANES = 4;

export const terminalsIn = (pane: Pane): Uuid[] => ('terminal' in pane ? [pane.terminal] : [...terminalsIn(pane.first), ...terminalsIn(pane.second)]);

export const terminalsOf = (layout: Layout): Uuid[] => layout.tabs.flatMap(({ pane }) => terminalsIn(pane));

/** The terminal that keys go to when the terminals get the focus. */
export const currentOf = (layout: Layout): Uuid | undefined => layout.tabs[layout.active]?.current;

const tabOf = (layout: Layout, id: Uuid): number => layout.tabs.findIndex(({ pane }) => terminalsIn(pane).includes(id));

export function addTab(layout: Layout, id: Uuid): Layout {
  if (tabOf(layout, id) >= 0) return layout;
  return { tabs: [...layout.tabs, { pane: { terminal: id }, current: id }], active: layout.tabs.length };
}

const mapPane = (pane: Pane, id: Uuid, change: (pane: Pane) => Pane): Pane => {
  if ('terminal' in pane) return pane.terminal === id ? change(pane) : pane;
  return { ...pane, first: mapPane(pane.first, id, change), second: mapPane(pane.second, id, change) };
};

/** Puts a terminal beside or below another, in the same tab. */
export function splitPane(layout: Layout, beside: Uuid, id: Uuid, direction: Direction): Layout {
  const at = tabOf(layout, beside);
  const tab = layout.tabs[at];
  if (!tab || tabOf(layout, id) >= 0) return addTab(layout, id);
  const pane = mapPane(tab.pane, beside, (first) => ({ direction, first, second: { terminal: id } }));
  return { tabs: layout.tabs.with(at, { pane, current: id }), active: at };
}

const without = (pane: Pane, id: Uuid): Pane | null => {
  if ('terminal' in pane) return pane.terminal === id ? null : pane;
  const first = without(pane.first, id);
  const second = without(pane.second, id);
  return first && second ? { ...pane, first, second } : (first ?? second);
};

/** The room of a terminal that goes is its neighbour's. */
export function removeTerminal(layout: Layout, id: Uuid): Layout {
  const at = tabOf(layout, id);
  const tab = layout.tabs[at];
  if (!tab) return layout;
  const pane = without(tab.pane, id);
  if (pane) {
    const current = tab.current === id ? (terminalsIn(pane)[0] ?? tab.current) : tab.current;
    return { ...layout, tabs: layout.tabs.with(at, { pane, current }) };
  }
  const tabs = layout.tabs.toSpliced(at, 1);
  const active = at < layout.active ? layout.active - 1 : layout.active;
  return { tabs, active: Math.max(0, Math.min(active, tabs.length - 1)) };
}

/** One terminal in another's place. */
export function replaceTerminal(layout: Layout, old: Uuid, id: Uuid): Layout {
  const at = tabOf(layout, old);
  const tab = layout.tabs[at];
  if (!tab) return addTab(layout, id);
  const pane = mapPane(tab.pane, old, () => ({ terminal: id }));
  return { ...layout, tabs: layout.tabs.with(at, { pane, current: tab.current === old ? id : tab.current }) };
}

/** Brings a terminal to the front. */
export function focusTerminal(layout: Layout, id: Uuid): Layout {
  const active = tabOf(layout, id);
  const tab = layout.tabs[active];
  if (!tab || (layout.active === active && tab.current === id)) return layout;
  return { tabs: layout.tabs.with(active, { ...tab, current: id }), active };
}

/** The tab before or after the one in front, around the ends. */
export function stepTab(layout: Layout, step: 1 | -1): Layout {
  const count = layout.tabs.length;
  return count < 2 ? layout : { ...layout, active: (layout.active + step + count) % count };
}

/** The next pane of the tab in front. */
export function stepPane(layout: Layout): Layout {
  const tab = layout.tabs[layout.active];
  if (!tab) return layout;
  const terminals = terminalsIn(tab.pane);
  const next = terminals[(terminals.indexOf(tab.current) + 1) % terminals.length];
  return next ? focusTerminal(layout, next) : layout;
}

/**
 * The layout with those terminals alone that are there, and with all of them: others may have been opened in another
 * window. What is in front stays there.
 */
export function reconcile(layout: Layout, open: readonly Uuid[], kept: (id: Uuid) => boolean): Layout {
  const gone = terminalsOf(layout).filter((id) => !open.includes(id) && !kept(id));
  const left = gone.reduce(removeTerminal, layout);
  const all = open.reduce(addTab, left);
  return all === left ? left : { ...all, active: left.tabs.length === 0 ? 0 : left.active };
}

function readPane(raw: unknown): Pane | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { terminal, direction, first, second } = raw as Record<string, unknown>;
  if (typeof terminal === 'string') return { terminal };
  const [one, other] = [readPane(first), readPane(second)];
  if (!one || !other) return one ?? other;
  return { direction: direction === 'column' ? 'column' : 'row', first: one, second: other };
}

/** What this browser remembers; anything that is not a layout counts as none. */
export function readLayout(text: string | null): Layout {
  try {
    const { tabs, active } = JSON.parse(text ?? '{}') as { tabs?: { pane?: unknown; current?: unknown }[]; active?: unknown };
    const read = (tabs ?? []).flatMap((tab): Tab[] => {
      const pane = readPane(tab.pane);
      const terminals = pane ? terminalsIn(pane) : [];
      const current = terminals.find((id) => id === tab.current) ?? terminals[0];
      return pane && current ? [{ pane, current }] : [];
    });
    return { tabs: read, active: typeof active === 'number' && read[active] ? active : 0 };
  } catch {
    return EMPTY;
  }
}
