import { PanelBottom, Plus } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useActions } from '@/shared/actions/actions';
import { TERMINAL_KEYS } from '@/shared/keyboard/terminalKeys';
import type { WorkspaceTab } from './search';

const KEY = 'switchyard.terminal-dock';

/** Any terminal, a new one, or the dev server's: the one that runs, or one that is started anew. */
export type Wanted = 'any' | 'new' | 'dev-server' | 'dev-server-anew';

/** Where the terminals are, and what the place can do. */
export interface TerminalPlace {
  /** That a person asked for a terminal, and how often. */
  summons: { times: number; wants: Wanted };
  compact: boolean;
  /** At the beginning of the bar's buttons. */
  tools?: ReactNode;
  dock?: { isMaximized: boolean; onMaximize: () => void; onHide: () => void };
}

interface Where {
  wide: boolean;
  tab: WorkspaceTab | undefined;
  onTab: (tab: WorkspaceTab) => void;
}

const terminalsHaveFocus = (): boolean => document.activeElement?.closest('#terminals') != null;

/** The terminals below the page on wide windows; on narrow ones they are a tab. */
export function useTerminalDock({ wide, tab, onTab }: Where) {
  const [isOpen, setOpen] = useState(() => localStorage.getItem(KEY) === 'open');
  const [isMaximized, setMaximized] = useState(false);
  const [summons, setSummons] = useState<TerminalPlace['summons']>({ times: 0, wants: 'any' });
  const before = useRef<HTMLElement | null>(null);

  const keep = (open: boolean) => {
    localStorage.setItem(KEY, open ? 'open' : 'closed');
    setOpen(open);
  };
  const show = (wants: Wanted) => {
    if (!terminalsHaveFocus()) before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    if (wide) keep(true);
    else onTab('terminal');
    setSummons(({ times }) => ({ times: times + 1, wants }));
  };
  const hide = () => {
    const hadFocus = terminalsHaveFocus();
    keep(false);
    setMaximized(false);
    if (!hadFocus) return;
    const to = before.current?.isConnected ? before.current : document.getElementById('main');
    to?.focus();
  };
  // As in editors: a press shows them, goes to them, or hides them.
  const toggle = () => (wide && isOpen && terminalsHaveFocus() ? hide() : show('any'));

  useActions([
    { id: 'terminal.toggle', writes: true, title: 'Show, go to or hide the terminals', group: 'Terminal', icon: <PanelBottom size={14} />, shortcut: TERMINAL_KEYS.toggle, inFields: true, run: toggle },
    { id: 'terminal.new', writes: true, title: 'New terminal', group: 'Terminal', icon: <Plus size={14} />, shortcut: TERMINAL_KEYS.open, inFields: true, run: () => show('new') },
  ]);

  // An address that names the terminals opens them.
  const isNamed = wide && tab === 'terminal';
  useEffect(() => {
    if (isNamed) setOpen(true);
  }, [isNamed]);

  const latestHide = useRef(hide);
  useEffect(() => {
    latestHide.current = hide;
  });
  const place = useMemo<TerminalPlace>(
    () => ({
      summons,
      compact: !wide,
      ...(wide ? { dock: { isMaximized, onMaximize: () => setMaximized((now) => !now), onHide: () => latestHide.current() } } : {}),
    }),
    [summons, wide, isMaximized],
  );
  /** The button hides them wherever the focus is. */
  return { isOpen, isMaximized, isShown: wide ? isOpen : tab === 'terminal', show, toggle: () => (isOpen ? hide() : show('any')), place };
}
