import { useSyncExternalStore } from 'react';
import type { Time } from '@/shared/api/types';

const MINUTE = 60;
const STEPS: [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60 * MINUTE, MINUTE, 'minute'],
  [24 * 60 * MINUTE, 60 * MINUTE, 'hour'],
  [7 * 24 * 60 * MINUTE, 24 * 60 * MINUTE, 'day'],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** "5m ago" within a week, the date after. */
export function relativeText(time: Time, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (seconds < MINUTE) return 'just now';
  for (const [limit, size, unit] of STEPS) if (seconds < limit) return relative.format(-Math.floor(seconds / size), unit);
  return date.format(Date.parse(time));
}

// One clock for all; it only runs while something shows a time.
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 30_000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

export function RelativeTime({ time, className }: { time: Time; className?: string }) {
  const clock = useSyncExternalStore(subscribe, () => now);
  return (
    <time dateTime={time} title={absolute.format(Date.parse(time))} className={className}>
      {relativeText(time, clock)}
    </time>
  );
}

/** A date, with the time of day as its tooltip: for what lies ahead. */
export const DateTime = ({ time, className }: { time: Time; className?: string }) => (
  <time dateTime={time} title={absolute.format(Date.parse(time))} className={className}>
    {date.format(Date.parse(time))}
  </time>
);
