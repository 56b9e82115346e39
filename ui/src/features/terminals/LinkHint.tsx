import { ExternalLink } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { LinkKind } from './screen/links';

const DISTANCE_PX = 18;
const EDGE_PX = 8;
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const ADVICE: Record<LinkKind, string> = {
  open: `${isMac ? '⌘' : 'Ctrl'} and click opens it in a new tab`,
  ask: `${isMac ? '⌘' : 'Ctrl'} and click asks, then hands it to another program`,
  never: 'Not opened from a terminal',
};

/** Where a link leads, beside the pointer: its text may say otherwise. */
export function LinkHint({ target, kind, x, y }: { target: string; kind: LinkKind; x: number; y: number }) {
  const hint = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: x, top: y + DISTANCE_PX });
  useLayoutEffect(() => {
    const box = hint.current?.getBoundingClientRect();
    if (!box) return;
    const left = Math.max(EDGE_PX, Math.min(x, window.innerWidth - box.width - EDGE_PX));
    const below = y + DISTANCE_PX;
    setPlace({ left, top: below + box.height > window.innerHeight - EDGE_PX ? y - DISTANCE_PX - box.height : below });
  }, [x, y, target]);
  return createPortal(
    <div ref={hint} role="tooltip" style={place} className="pointer-events-none fixed z-50 flex max-w-lg flex-col gap-0.5 rounded-md bg-raised px-2.5 py-1.5 shadow-pop">
      <span className="font-mono text-sm [overflow-wrap:anywhere]">{target}</span>
      <span className="flex items-center gap-1 text-xs text-faint">
        <ExternalLink size={11} /> {ADVICE[kind]}
      </span>
    </div>,
    document.body,
  );
}
