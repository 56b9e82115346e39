import { useEffect, useState } from 'react';

const secondsUntil = (at: number | null): number => (at === null ? 0 : Math.max(0, Math.ceil((at - Date.now()) / 1000)));

/** The seconds left until a moment, in ms since 1970; 0 once it is there. */
export function useSecondsUntil(at: number | null): number {
  const [left, setLeft] = useState(() => secondsUntil(at));
  useEffect(() => {
    setLeft(secondsUntil(at));
    if (secondsUntil(at) === 0) return;
    const timer = setInterval(() => {
      const now = secondsUntil(at);
      setLeft(now);
      if (now === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [at]);
  return left;
}

/** `12 s`, or `2 min 5 s`. */
export const secondsText = (seconds: number): string => (seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${seconds % 60 ? ` ${seconds % 60} s` : ''}`);

/** What is said after too many requests, counting down to when there may be more. */
export function TooMany({ until }: { until: number }) {
  const left = useSecondsUntil(until);
  return left > 0 ? (
    <>
      Too many requests in a short time. There can be more in <span className="tabular-nums">{secondsText(left)}</span>.
    </>
  ) : (
    <>There can be more requests now.</>
  );
}
