import { useEffect, useSyncExternalStore } from 'react';
import type { Token } from './tokens';

/** Larger texts are shown plain: their colours would cost more time than they give. */
const LONGEST_TEXT = 300_000;
/** Work is done in slices of about this long, in ms, so that scrolling stays smooth. */
const SLICE_MS = 6;

type Tokenise = (text: string, language: string) => Token[][];

interface Job {
  key: object;
  text: () => string;
  language: string;
}

let tokenise: Tokenise | null = null;
let loading: Promise<void> | null = null;
// By the object that the text belongs to, so that colours go when it goes.
const done = new WeakMap<object, Token[][] | null>();
const queue: Job[] = [];
const queued = new WeakSet<object>();
const listeners = new Set<() => void>();
let working = false;

function request(job: Job): void {
  if (queued.has(job.key) || done.has(job.key)) return;
  queued.add(job.key);
  queue.push(job);
  loading ??= import('./engine').then((engine) => {
    tokenise = engine.tokenise;
    workSoon();
  });
  // Without the highlighter code stays plain; the next view tries to load it again.
  loading.catch(() => (loading = null));
  workSoon();
}

function workSoon(): void {
  if (working || !tokenise || queue.length === 0) return;
  working = true;
  setTimeout(work, 0);
}

function work(): void {
  working = false;
  const until = performance.now() + SLICE_MS;
  // The newest first: it is what is in sight.
  while (performance.now() < until) {
    const job = queue.pop();
    if (!job || !tokenise) break;
    const text = job.text();
    done.set(job.key, text.length > LONGEST_TEXT ? null : tokenise(text, job.language));
  }
  for (const listener of listeners) listener();
  workSoon();
}

/** Asks for the colours of a text that will be shown soon. `key` and `text` are those of `useHighlight`. */
export function prepareHighlight(key: object, language: string | null, text: () => string): void {
  if (language) request({ key, text, language });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/**
 * The colours of a text, line by line; null until they are known, or when there are none. `key` stands for
 * the text: the same object must always mean the same text and language.
 */
export function useHighlight(key: object, language: string | null, text: () => string): Token[][] | null {
  const tokens = useSyncExternalStore(subscribe, () => (language ? done.get(key) : null));
  const wanted = tokens === undefined;
  // A job that is there already, for the same key, is left alone.
  useEffect(() => {
    if (wanted && language) request({ key, text, language });
  });
  return tokens ?? null;
}
