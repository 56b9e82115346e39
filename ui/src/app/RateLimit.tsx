import { Hourglass } from 'lucide-react';
import { createStore, useStore } from '@/shared/hooks/createStore';
import { secondsText, useSecondsUntil } from '@/shared/ui/Countdown';

/** Until when reads wait that met the limit on requests, in ms since 1970. */
export const readsWaitUntil = createStore(0);

/** Says why a page is slow to fill, while it is. */
export function RateLimit() {
  const until = useStore(readsWaitUntil, (value) => value);
  const left = useSecondsUntil(until === 0 ? null : until);
  if (left === 0) return null;
  return (
    <p role="status" className="flex shrink-0 items-center gap-2 border-b bg-warning-soft px-4 py-2 text-warning">
      <Hourglass size={14} className="shrink-0" />
      <span>
        Too many requests in a short time. The page goes on by itself in <span className="tabular-nums">{secondsText(left)}</span>.
      </span>
    </p>
  );
}
