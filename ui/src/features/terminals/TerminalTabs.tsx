import { Bell, Columns2, Server, SquareTerminal, X } from 'lucide-react';
import { useEffect, useState, type KeyboardEvent } from 'react';
import { isDevServer } from '@/shared/api/terminals';
import type { Terminal, Uuid } from '@/shared/api/types';
import { useStore } from '@/shared/hooks/createStore';
import { cn } from '@/shared/ui/cn';
import { terminalsIn, type Tab } from './layout/layout';
import { endingOf } from './ending';
import { NOT_SHOWN, shownTerminal } from './live';

interface TerminalTabsProps {
  tabs: readonly Tab[];
  active: number;
  byId: ReadonlyMap<Uuid, Terminal>;
  /** The tab that is to be renamed, where that was asked for elsewhere. */
  asked: { id: Uuid; times: number } | null;
  /** `stay`: the keys walk along the tabs, so the focus does not go into the terminal. */
  onSelect: (id: Uuid, stay: boolean) => void;
  onRename: (id: Uuid, name: string) => void;
  onClose: (id: Uuid) => void;
}

export function TerminalTabs({ tabs, active, byId, asked, onSelect, onRename, onClose }: TerminalTabsProps) {
  const [renaming, setRenaming] = useState<Uuid | null>(null);
  useEffect(() => {
    if (asked) setRenaming(asked.id);
  }, [asked]);
  const focusTab = (id: Uuid) => requestAnimationFrame(() => document.getElementById(`terminal-tab-${id}`)?.focus());

  const onKeyDown = (event: KeyboardEvent, at: number, id: Uuid) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = step ? tabs[(at + step + tabs.length) % tabs.length] : undefined;
    if (next) {
      onSelect(next.current, true);
      focusTab(next.current);
    } else if (event.key === 'F2') setRenaming(id);
    else if (event.key === 'Delete') onClose(id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div role="tablist" aria-label="Terminals" className="flex h-full min-w-0 flex-1 items-stretch overflow-x-auto [scrollbar-width:none]">
      {tabs.map(({ pane, current }, at) => {
        const terminal = byId.get(current);
        if (!terminal) return null;
        if (renaming === current)
          return (
            <RenameField
              key={current}
              name={terminal.name}
              onEnd={(name) => {
                setRenaming(null);
                if (name !== null) onRename(current, name);
                focusTab(current);
              }}
            />
          );
        return (
          <TabButton
            key={current}
            terminal={terminal}
            panes={terminalsIn(pane).length}
            selected={at === active}
            onSelect={() => onSelect(current, false)}
            onRename={() => setRenaming(current)}
            onClose={() => onClose(current)}
            onKeyDown={(event) => onKeyDown(event, at, current)}
          />
        );
      })}
    </div>
  );
}

interface TabButtonProps {
  terminal: Terminal;
  panes: number;
  selected: boolean;
  onSelect: () => void;
  onRename: () => void;
  onClose: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function TabButton({ terminal, panes, selected, onSelect, onRename, onClose, onKeyDown }: TabButtonProps) {
  const { title, rang, connection } = useStore(shownTerminal(terminal.id)?.state ?? NOT_SHOWN, (state) => state);
  const Icon = panes > 1 ? Columns2 : isDevServer(terminal) ? Server : SquareTerminal;
  const hasEnded = terminal.status === 'closed' || endingOf(connection, terminal.kind) !== null;
  return (
    <div
      role="presentation"
      className={cn('group/tab relative flex max-w-56 min-w-24 shrink-0 items-center border-r', selected ? 'bg-terminal text-fg after:absolute after:inset-x-0 after:top-0 after:h-0.5 after:bg-accent' : 'text-muted hover:bg-hover hover:text-fg')}
      onAuxClick={(event) => {
        if (event.button === 1) onClose();
      }}
    >
      <button
        type="button"
        role="tab"
        id={`terminal-tab-${terminal.id}`}
        aria-selected={selected}
        aria-controls="terminal-panes"
        tabIndex={selected ? 0 : -1}
        title={title && title !== terminal.name ? `${terminal.name} — ${title}` : terminal.name}
        className="flex h-full min-w-0 flex-1 items-center gap-1.5 pr-6 pl-2.5 outline-offset-[-2px]"
        onClick={onSelect}
        onDoubleClick={onRename}
        onKeyDown={onKeyDown}
      >
        {rang ? <Bell size={13} aria-label="It rang" className="shrink-0 text-warning" /> : <Icon size={13} className="shrink-0" />}
        <span className={cn('truncate', hasEnded && 'line-through')}>{terminal.name}</span>
      </button>
      {/* By keyboard the tab itself is closed: with Delete. */}
      <button
        type="button"
        aria-hidden="true"
        tabIndex={-1}
        title="Close"
        data-close={terminal.id}
        className={cn('absolute right-1 flex size-5 items-center justify-center rounded-sm hover:bg-active', selected ? '' : 'opacity-0 group-hover/tab:opacity-100')}
        onClick={onClose}
      >
        <X size={12} />
      </button>
    </div>
  );
}

function RenameField({ name, onEnd }: { name: string; onEnd: (name: string | null) => void }) {
  const [value, setValue] = useState(name);
  return (
    <div role="presentation" className="flex items-center border-r bg-terminal px-1.5">
      <input
        autoFocus
        aria-label="Name of the terminal"
        className="h-6 w-36 rounded-sm border border-accent bg-surface px-1.5 outline-none"
        value={value}
        maxLength={100}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setValue(event.target.value)}
        onBlur={() => onEnd(value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key !== 'Escape') return;
          // The blur that follows must not keep it.
          setValue(name);
          onEnd(null);
        }}
      />
    </div>
  );
}
