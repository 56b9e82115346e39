import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

interface SplitProps {
  /** Where the share is remembered, per browser. */
  storageKey: string;
  /** Read aloud: what the handle divides. */
  label: string;
  left: ReactNode;
  right: ReactNode;
  /** Share of the left side, 0 to 1, where none is remembered. */
  initial: number;
}

const LEAST = 0.2;
const MOST = 0.8;
const STEP = 0.03;
const clamp = (share: number) => Math.min(MOST, Math.max(LEAST, share));

/** Two panes with a handle between them that is moved by pointer or arrow keys. */
export function Split({ storageKey, label, left, right, initial }: SplitProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => clamp(Number(localStorage.getItem(storageKey)) || initial));

  const keep = (next: number) => {
    setShare(clamp(next));
    localStorage.setItem(storageKey, String(clamp(next)));
  };
  const onPointerMove = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (box && event.currentTarget.hasPointerCapture(event.pointerId)) keep((event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    keep(share + step);
  };

  return (
    <div ref={frame} className="flex min-h-0 min-w-0 flex-1">
      <div className="flex min-w-70 flex-col" style={{ width: `${share * 100}%` }}>
        {left}
      </div>
      <div
        role="separator"
        aria-orientation="vertical"
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
        className="relative w-px shrink-0 cursor-col-resize touch-none bg-line outline-none after:absolute after:inset-y-0 after:-left-1 after:w-2 hover:bg-accent focus-visible:bg-accent active:bg-accent"
      />
      <div className="flex min-w-70 flex-1 flex-col">{right}</div>
    </div>
  );
}
