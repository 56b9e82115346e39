import { ArrowUp, Columns2, Maximize2, Minimize2, PanelBottomClose, Pencil, Plus, RotateCcw, Rows2, Search, SquareTerminal, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useActions } from '@/shared/actions/actions';
import { isDevServer } from '@/shared/api/terminals';
import type { Workspace } from '@/shared/api/types';
import { TERMINAL_KEYS } from '@/shared/keyboard/terminalKeys';
import { Button, IconButton } from '@/shared/ui/Button';
import { Shortcut } from '@/shared/ui/Kbd';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { currentOf, focusTerminal, MOST_PANES, stepPane, stepTab, terminalsIn, type Direction, type Layout } from './layout/layout';
import { shownTerminal } from './live';
import { PaneTree } from './PaneTree';
import { TerminalTabs } from './TerminalTabs';
import { TouchBar } from './touch/TouchBar';
import { preferencesStore } from './preferences';
import { guessedCell, sizeIn } from './screen/screen';
import type { Size } from './stream/attachment';
import { usePlace } from './usePlace';
import { useTerminals } from './useTerminals';

/** That a person asked for a terminal, and how often: each time is answered. */
export interface Summons {
  times: number;
  wants: 'any' | 'new' | 'dev-server' | 'dev-server-anew';
}

interface TerminalPanelProps {
  workspace: Workspace;
  summons: Summons;
  /** At phone width: no splits, and a bar with the keys that the keyboard lacks. */
  compact?: boolean;
  /** At the beginning of the bar's buttons. */
  tools?: ReactNode;
  /** In the dock: how to hide it, and to give it the whole page. */
  dock?: { isMaximized: boolean; onMaximize: () => void; onHide: () => void };
}

/** About the size that a terminal will have in a part of the page, or in half of it: its shell then begins with that. */
function roomFor(part: HTMLElement | null | undefined, half?: Direction): Size {
  const cell = guessedCell(preferencesStore.get().fontSize);
  const { clientWidth: width = 0, clientHeight: height = 0 } = part ?? {};
  return sizeIn(half === 'row' ? width / 2 : width, half === 'column' ? height / 2 : height, cell);
}

/** The terminals of a workspace. */
export function TerminalPanel({ workspace, summons, compact = false, tools, dock }: TerminalPanelProps) {
  const part = useRef<HTMLElement>(null);
  const terminals = useTerminals(workspace.id);
  const { layout, setLayout, byId, loaded } = terminals;
  const { isInside, leave } = usePlace(part);
  const [finding, setFinding] = useState(false);
  const [renamed, setRenamed] = useState<{ id: string; times: number } | null>(null);
  const answered = useRef(0);
  const body = useRef<HTMLDivElement>(null);
  /** The terminal that shall have the focus; undefined for whichever is in front. */
  const [asked, setAsked] = useState<{ id: string | undefined } | null>(null);

  const tab = layout.tabs[layout.active];
  const current = currentOf(layout);
  const live = current === undefined ? undefined : shownTerminal(current);
  const panes = tab ? terminalsIn(tab.pane).length : 0;

  const change = (step: (now: Layout) => Layout) => {
    const next = step(layout);
    setLayout(next);
    setAsked({ id: currentOf(next) });
  };
  const begin = async (begun: Promise<string | undefined>) => {
    const id = await begun;
    if (id !== undefined) setAsked({ id });
  };
  const open = () => void begin(terminals.open(roomFor(body.current)));
  const split = (direction: Direction) => {
    if (current === undefined) return open();
    void begin(terminals.split(current, direction, roomFor(live?.room ?? body.current, direction)));
  };
  const restart = (id: string) => void begin(terminals.restart(id, roomFor(shownTerminal(id)?.room ?? body.current)));
  const devServer = [...byId.values()].find(isDevServer);
  const isDevServerShown = devServer !== undefined && devServer.id === current;
  const startDevServer = () => void begin(terminals.startDevServer(roomFor(body.current)));
  const close = async (id: string) => {
    const hadFocus = isInside();
    await terminals.close(id);
    if (hadFocus) setAsked({ id: undefined });
  };

  // Once it has been drawn, the screen that is asked for can take the focus.
  useEffect(() => {
    if (!asked || (asked.id !== undefined && asked.id !== current)) return;
    setAsked(null);
    if (current !== undefined) shownTerminal(current)?.screen.focus();
  }, [asked, current]);

  const answer = () => {
    if (summons.wants === 'dev-server-anew' && devServer) restart(devServer.id);
    else if (summons.wants === 'dev-server' || summons.wants === 'dev-server-anew') startDevServer();
    else if (summons.wants === 'new' || current === undefined) open();
    else setAsked({ id: current });
  };
  const latestAnswer = useRef(answer);
  useEffect(() => {
    latestAnswer.current = answer;
  });
  useEffect(() => {
    if (!loaded || summons.times === answered.current) return;
    answered.current = summons.times;
    latestAnswer.current();
  }, [loaded, summons]);

  const inside = { group: 'Terminal', inFields: true, when: () => isInside() && current !== undefined } as const;
  const canSplit = () => isInside() && panes < MOST_PANES && !compact;
  useActions([
    { id: 'terminal.new', title: 'New terminal', group: 'Terminal', icon: <Plus size={14} />, shortcut: TERMINAL_KEYS.open, inFields: true, run: open },
    { ...inside, id: 'terminal.split-right', title: 'Split the terminal side by side', icon: <Columns2 size={14} />, shortcut: TERMINAL_KEYS.splitRight, when: canSplit, run: () => split('row') },
    { ...inside, id: 'terminal.split-down', title: 'Split the terminal one above the other', icon: <Rows2 size={14} />, shortcut: TERMINAL_KEYS.splitDown, when: canSplit, run: () => split('column') },
    { ...inside, id: 'terminal.next-tab', title: 'Next terminal tab', shortcut: TERMINAL_KEYS.nextTab, paletteHidden: true, run: () => change((now) => stepTab(now, 1)) },
    { ...inside, id: 'terminal.previous-tab', title: 'Previous terminal tab', shortcut: TERMINAL_KEYS.previousTab, paletteHidden: true, run: () => change((now) => stepTab(now, -1)) },
    { ...inside, id: 'terminal.next-pane', title: 'Next pane of the terminal tab', shortcut: TERMINAL_KEYS.nextPane, paletteHidden: true, run: () => change(stepPane) },
    { ...inside, id: 'terminal.find', title: 'Find in the terminal', icon: <Search size={14} />, shortcut: TERMINAL_KEYS.find, run: () => setFinding(true) },
    { ...inside, id: 'terminal.copy', title: 'Copy from the terminal', shortcut: TERMINAL_KEYS.copy, run: () => void live?.copy() },
    { ...inside, id: 'terminal.paste', title: 'Paste into the terminal', shortcut: TERMINAL_KEYS.paste, run: () => void live?.pasteFromClipboard() },
    { ...inside, id: 'terminal.rename', title: 'Rename the terminal', icon: <Pencil size={14} />, run: () => current && setRenamed((known) => ({ id: current, times: (known?.times ?? 0) + 1 })) },
    { ...inside, id: 'terminal.reset', title: 'Reset the terminal’s screen', icon: <RotateCcw size={14} />, run: () => live?.screen.reset() },
    { ...inside, id: 'terminal.leave', title: 'Leave the terminal with the keyboard', icon: <ArrowUp size={14} />, shortcut: TERMINAL_KEYS.leave, run: leave },
    { ...inside, id: 'terminal.close', title: 'Close the terminal', icon: <X size={14} />, shortcut: TERMINAL_KEYS.close, run: () => current && void close(current) },
    ...(dock ? [{ ...inside, id: 'terminal.maximize', title: 'Give the terminal the whole page, or not', icon: <Maximize2 size={14} />, shortcut: TERMINAL_KEYS.maximize, run: dock.onMaximize }] : []),
  ]);

  return (
    <section ref={part} id="terminals" aria-label="Terminals" className="flex min-h-0 min-w-0 flex-1 flex-col bg-terminal">
      <div className="flex h-8.5 shrink-0 items-center border-b bg-sunken">
        <TerminalTabs
          tabs={layout.tabs}
          active={layout.active}
          byId={byId}
          asked={renamed}
          onSelect={(id, stay) => (stay ? setLayout : change)((now) => focusTerminal(now, id))}
          onRename={(id, name) => void terminals.rename(id, name)}
          onClose={(id) => void close(id)}
        />
        <div className="flex shrink-0 items-center gap-0.5 px-1.5">
          {tools}
          {isDevServerShown ? (
            <IconButton label="Restart the dev server" disabled={terminals.opening} onClick={() => restart(devServer.id)}>
              <RotateCcw size={13} />
            </IconButton>
          ) : null}
          <IconButton label="New terminal" disabled={terminals.opening} onClick={open}>
            <Plus size={14} />
          </IconButton>
          {compact ? null : (
            <>
              <IconButton label="Split side by side" disabled={current === undefined || panes >= MOST_PANES} onClick={() => split('row')}>
                <Columns2 size={13} />
              </IconButton>
              <IconButton label="Split one above the other" disabled={current === undefined || panes >= MOST_PANES} onClick={() => split('column')}>
                <Rows2 size={13} />
              </IconButton>
            </>
          )}
          <IconButton label="Find in the terminal" disabled={current === undefined} onClick={() => setFinding(true)}>
            <Search size={13} />
          </IconButton>
          {dock ? (
            <>
              <span className="mx-0.5 h-4 w-px bg-line" />
              <IconButton label={dock.isMaximized ? 'Give the room back' : 'Give the terminal the whole page'} onClick={dock.onMaximize}>
                {dock.isMaximized ? <Minimize2 size={13} /> : <Maximize2 size={13} />}
              </IconButton>
              <IconButton label="Hide the terminals; they go on" onClick={dock.onHide}>
                <PanelBottomClose size={14} />
              </IconButton>
            </>
          ) : null}
        </div>
      </div>
      <div ref={body} className="flex min-h-0 min-w-0 flex-1 flex-col">
      {terminals.error ? (
        <ErrorState className="flex-1" title="The terminals could not be loaded" error={terminals.error} onRetry={terminals.retry} />
      ) : !loaded ? (
        <div className="p-4">
          <SkeletonLines lines={3} label="Loading the terminals" />
        </div>
      ) : tab && current !== undefined ? (
        <div id="terminal-panes" role="tabpanel" aria-labelledby={`terminal-tab-${current}`} className="flex min-h-0 min-w-0 flex-1">
          <PaneTree
            key={terminalsIn(tab.pane)[0]}
            pane={tab.pane}
            current={current}
            byId={byId}
            finding={finding}
            onFocus={(id) => setLayout((now) => focusTerminal(now, id))}
            onEndFind={() => setFinding(false)}
            onRestart={restart}
            onClose={(id) => void close(id)}
          />
        </div>
      ) : (
        <EmptyState
          className="flex-1"
          icon={<SquareTerminal size={26} />}
          title="No terminal yet"
          action={
            <Button variant="primary" busy={terminals.opening} onClick={open}>
              <Plus size={13} /> Open a terminal
            </Button>
          }
        >
          A shell in the folder of this workspace. It goes on when you close this page. <Shortcut keys={TERMINAL_KEYS.open} className="ml-1" />
        </EmptyState>
      )}
      </div>
      {compact && live ? <TouchBar live={live} /> : null}
    </section>
  );
}
