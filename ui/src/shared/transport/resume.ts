import { transport } from '.';
import type { Stream } from './transport';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;

export type ResumeState = 'connecting' | 'online' | 'offline';

export interface ResumeOptions {
  /** Called for each attempt, so that it can carry the last sequence seen. */
  path: () => string;
  /** First frame sent once open, as JSON. */
  hello?: () => unknown;
  /** One JSON frame. */
  onFrame: (frame: unknown) => void;
  onState?: (state: ResumeState) => void;
}

/**
 * A stream of JSON frames that comes back by itself: exponential backoff with jitter, and at once when
 * the machine says it is online again. Returns the function that ends it.
 */
export function resumeStream({ path, hello, onFrame, onState }: ResumeOptions): () => void {
  let stream: Stream | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let ended = false;

  const connect = () => {
    clearTimeout(timer);
    timer = undefined;
    onState?.('connecting');
    const opened = transport().openStream(path());
    stream = opened;
    opened.onMessage((data) => {
      // Frames of a stream that was replaced would double what the new one sends.
      if (stream !== opened || typeof data !== 'string') return;
      failures = 0;
      onFrame(JSON.parse(data));
    });
    opened.onState((state) => {
      if (stream !== opened) return;
      if (state === 'open') {
        if (hello) opened.send(JSON.stringify(hello()));
        onState?.('online');
      } else if (state === 'closed') {
        stream = null;
        retryLater();
      }
    });
  };

  const retryLater = () => {
    if (ended) return;
    onState?.('offline');
    const delay = Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS);
    failures += 1;
    timer = setTimeout(connect, delay * (0.75 + Math.random() * 0.5));
  };

  const retryNow = () => {
    if (!stream && !ended) connect();
  };

  window.addEventListener('online', retryNow);
  connect();

  return () => {
    ended = true;
    clearTimeout(timer);
    window.removeEventListener('online', retryNow);
    const open = stream;
    stream = null;
    open?.close();
  };
}
