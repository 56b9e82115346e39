import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { cn } from './cn';

interface SplitProps {
  /** Where the share is remembered, per browser. */
  storageKey: string;
  /** Read aloud: what the handle divides. */
  label: string;
  /** The left side, or the upper one. */
  left: ReactNode;
  /** The right side, or the lower one. While it is null the other has all the room and stays what it was. */
  right: ReactNode | null;
  /** Share of the left side, 0 to 1, where none is remembered. */
  initial: number;
  /** One above the other. */
  stacked?: boolean;
  /** Neither side gets smaller than this, in px. */
  leastPx?: number;
}

const LEAST = 0.2;
const MOST = 0.8;
const STEP = 0.03;
const LEAST_PX = 280;
const clamp = (share: number) => Math.min(MOST, Math.max(LEAST, share));

/** Two panes with a handle between them that is moved by pointer or arrow keys. */
export function Split({ storageKey, label, left, right, initial, stacked = false, leastPx = LEAST_PX }: SplitProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => clamp(Number(localStorage.getItem(storageKey)) || initial));

  const keep = (next: number) => {
    setShare(clamp(next));
    localStorage.setItem(storageKey, String(clamp(next)));
  };
  const onPointerMove = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    keep(stacked ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = stacked ? { ArrowUp: -STEP, ArrowDown: STEP } : { ArrowLeft: -STEP, ArrowRight: STEP };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    keep(share + step);
  };
  const least = stacked ? { minHeight: leastPx } : { minWidth: leastPx };
  const size = right === null ? '100%' : `${share * 100}%`;

  return (
    <div ref={frame} className={cn('flex min-h-0 min-w-0 flex-1', stacked && 'flex-col')}>
      <div className="flex min-h-0 min-w-0 flex-col" style={{ ...least, ...(stacked ? { height: size } : { width: size }) }}>
        {left}
      </div>
      {right === null ? null : (
        <>
          <div
            role="separator"
            aria-orientation={stacked ? 'horizontal' : 'vertical'}
            aria-label={label}
            aria-valuenow={Math.round(share * 100)}
            aria-valuemin={LEAST * 100}
            aria-valuemax={MOST * 100}
            tabIndex={0}
            onPointerDown={(event) => {
              event.preventDefault();
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={onPointerMove}
            onKeyDown={onKeyDown}
            onDoubleClick={() => keep(initial)}
            className={cn(
              'relative z-1 shrink-0 touch-none bg-line outline-none after:absolute hover:bg-accent focus-visible:bg-accent active:bg-accent',
              stacked ? 'h-px cursor-row-resize after:inset-x-0 after:-top-1 after:h-2' : 'w-px cursor-col-resize after:inset-y-0 after:-left-1 after:w-2',
            )}
          />
          <div className="flex min-h-0 min-w-0 flex-1 flex-col" style={least}>
            {right}
          </div>
        </>
      )}
    </div>
  );
}
