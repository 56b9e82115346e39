import { RotateCcw, Scaling, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Terminal } from '@/shared/api/types';
import { useStore } from '@/shared/hooks/createStore';
import { Button } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { endingOf } from './ending';
import { FindBar } from './FindBar';
import { LinkHint } from './LinkHint';
import { liveTerminal } from './live';

/** Short interruptions mend themselves and are not worth a word. */
const PATIENCE_MS = 400;

interface TerminalPaneProps {
  terminal: Terminal;
  /** Keys go here when the terminals get the focus. */
  isCurrent: boolean;
  /** Others are beside it: show which one has the keys. */
  isOneOfMany: boolean;
  finding: boolean;
  onFocus: () => void;
  onEndFind: () => void;
  onRestart: () => void;
  onClose: () => void;
}

/** One terminal: its screen, and what lies over it. */
export function TerminalPane({ terminal, isCurrent, isOneOfMany, finding, onFocus, onEndFind, onRestart, onClose }: TerminalPaneProps) {
  const room = useRef<HTMLDivElement>(null);
  const live = useMemo(() => liveTerminal(terminal), [terminal.id]); // eslint-disable-line react-hooks/exhaustive-deps -- a new name makes no new terminal
  const { connection, foreign, refused, link } = useStore(live.state, (state) => state);
  const ending = endingOf(connection, terminal.kind);

  useLayoutEffect(() => (room.current ? live.mount(room.current) : undefined), [live]);
  useEffect(() => live.screen.label(terminal.name), [live, terminal.name]);

  const endFind = () => {
    live.screen.endFind();
    onEndFind();
    live.screen.focus();
  };

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-terminal" onFocus={onFocus}>
      {isOneOfMany && isCurrent ? <div aria-hidden="true" className="absolute inset-x-0 top-0 z-1 h-0.5 bg-accent" /> : null}
      {finding ? <FindBar live={live} onEnd={endFind} /> : null}
      <div
        ref={room}
        className={cn('min-h-0 flex-1', foreign ? 'overflow-auto bg-sunken' : 'overflow-hidden')}
        onMouseUp={() => live.copyIfWanted()}
      />
      {foreign && !ending ? (
        <button
          type="button"
          className="absolute right-4 bottom-2 flex items-center gap-1.5 rounded-md bg-raised px-2 py-1 text-sm text-muted shadow-pop hover:text-fg"
          onClick={() => {
            live.screen.focus();
            live.lead();
          }}
        >
          <Scaling size={12} /> Sized by another window ({foreign.cols} × {foreign.rows}). Fit it here
        </button>
      ) : null}
      {connection.is === 'away' || connection.is === 'connecting' ? <Away key={connection.is} refused={refused} /> : null}
      {link ? <LinkHint {...link} /> : null}
      {ending ? (
        <div role="status" className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-t bg-surface px-3 py-1.5">
          <p className="min-w-0 flex-1 text-muted">
            <span className={cn('font-medium', ending.isCalm ? 'text-fg' : 'text-warning')}>{ending.text}</span> {ending.advice}
          </p>
          <span className="flex gap-1.5">
            {connection.is === 'gone' ? null : (
              <Button size="sm" onClick={onRestart}>
                <RotateCcw size={12} /> Restart
              </Button>
            )}
            <Button size="sm" onClick={onClose}>
              <X size={12} /> Close
            </Button>
          </span>
        </div>
      ) : null}
    </div>
  );
}

/** Over the screen while nothing comes or goes. */
function Away({ refused }: { refused: number }) {
  const [noticed, setNoticed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setNoticed(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!noticed && refused === 0) return null;
  return (
    <div className="pointer-events-none absolute inset-0 flex items-start justify-center bg-overlay/20 pt-3">
      <div role="status" className="fade-in flex flex-col items-center rounded-lg bg-raised px-3.5 py-2 text-center shadow-pop">
        <span className="font-medium text-warning">Reconnecting…</span>
        <span key={refused} className={cn('text-sm text-muted', refused > 0 && 'fade-in')}>
          {refused > 0 ? 'What you typed was not sent. Type it again once the terminal is back.' : 'The program in the terminal goes on meanwhile.'}
        </span>
      </div>
    </div>
  );
}
