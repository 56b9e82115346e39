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
  /** A binary frame; without a listener they are passed over. */
  onBytes?: (bytes: Uint8Array<ArrayBuffer>) => void;
  onState?: (state: ResumeState) => void;
}

/** A stream that comes back by itself. */
export interface ResumedStream {
  /** False when the stream is away: nothing was sent, and nothing is kept for later. */
  send(data: string | ArrayBuffer): boolean;
  stop(): void;
}

const waiting = new Set<() => void>();
let held = false;

/** While nobody is signed in, trying would only be refused: streams wait, and come back at once afterwards. */
export function holdStreams(hold: boolean): void {
  held = hold;
  if (!hold) for (const retry of [...waiting]) retry();
}

/**
 * A stream of frames that comes back by itself: exponential backoff with jitter, and at once when the machine says
 * it is online again.
 */
export function openResumable({ path, hello, onFrame, onBytes, onState }: ResumeOptions): ResumedStream {
  let stream: Stream | null = null;
  let isOpen = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let ended = false;

  const connect = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held) {
      onState?.('offline');
      return;
    }
    onState?.('connecting');
    const opened = transport().openStream(path());
    stream = opened;
    opened.onMessage((data) => {
      // Frames of a stream that was replaced would double what the new one sends.
      if (stream !== opened) return;
      failures = 0;
      if (typeof data === 'string') onFrame(JSON.parse(data));
      else onBytes?.(new Uint8Array(data));
    });
    opened.onState((state) => {
      if (stream !== opened) return;
      if (state === 'open') {
        isOpen = true;
        if (hello) opened.send(JSON.stringify(hello()));
        onState?.('online');
      } else if (state === 'closed') {
        stream = null;
        isOpen = false;
        retryLater();
      }
    });
  };

  const retryLater = () => {
    if (ended) return;
    onState?.('offline');
    // The listener may have ended it, or have found that nobody is signed in.
    if (ended || held) return;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS);
    failures += 1;
    timer = setTimeout(connect, delay * (0.75 + Math.random() * 0.5));
  };

  const retryNow = () => {
    if (!stream && !ended) connect();
  };

  window.addEventListener('online', retryNow);
  waiting.add(retryNow);
  connect();

  return {
    send(data) {
      if (!stream || !isOpen) return false;
      stream.send(data);
      return true;
    },
    stop() {
      ended = true;
      clearTimeout(timer);
      window.removeEventListener('online', retryNow);
      waiting.delete(retryNow);
      const open = stream;
      stream = null;
      isOpen = false;
      open?.close();
    },
  };
}

/** The same for a stream that is only listened to. Returns the function that ends it. */
export const resumeStream = (options: ResumeOptions): (() => void) => openResumable(options).stop;
