import { notifyManager, type QueryClient } from '@tanstack/react-query';
import { readInfo } from '@/shared/api/instance';
import { taskCache } from '@/shared/api/taskCache';
import type { FeedEvent } from '@/shared/api/types';
import { createStore } from '@/shared/hooks/createStore';
import { resumeStream, type ResumeState } from '@/shared/transport/resume';
import { patchCache } from './patch';

type Frame = { since: number; reset?: boolean } | FeedEvent;

/** How the one connection for changes is doing; pages show `offline` discreetly. */
export const feedStore = createStore<ResumeState>('connecting');

type Listener = (event: FeedEvent) => void;
const listeners = new Set<Listener>();

/** Tells of each change after the cache has it, for what a cache cannot show (sounds, announcements). */
export function onFeedEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The page waits this long for the feed before it reads anything, so that no change falls between the two. */
const HEAD_START_MS = 400;
const FRAME_MS = 16;

/**
 * Opens the change feed and keeps the cache current with it. Resolves when the feed has its place, or
 * after a moment without it; then everything read meanwhile is read again once it has.
 */
export function startFeed(client: QueryClient): { ready: Promise<void>; stop: () => void } {
  let since: number | null = null;
  let isReady: () => void = () => {};
  let startedLate = false;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const headStart = setTimeout(() => {
    startedLate = true;
    isReady();
  }, HEAD_START_MS);

  let waiting: FeedEvent[] = [];
  let lastFlush = 0;
  const flush = () => {
    lastFlush = performance.now();
    const events = waiting;
    waiting = [];
    notifyManager.batch(() => taskCache(client).batch(() => events.forEach((event) => patchCache(client, event))));
    for (const event of events) for (const listener of listeners) listener(event);
  };
  // A single change shows at once; a flood is taken in frame by frame.
  const take = (event: FeedEvent) => {
    waiting.push(event);
    if (waiting.length > 1) return;
    const rest = lastFlush + FRAME_MS - performance.now();
    if (rest > 0) setTimeout(flush, rest);
    else flush();
  };

  const onFrame = (raw: unknown) => {
    const frame = raw as Frame;
    if (!('type' in frame)) {
      // A known place means that the server goes on from there; anything else leaves a gap.
      if (frame.reset || (since === null && startedLate)) void client.invalidateQueries();
      if (since === null || frame.reset) since = frame.since;
      clearTimeout(headStart);
      isReady();
      return;
    }
    if (since !== null && frame.seq <= since) return;
    since = frame.seq;
    take(frame);
  };

  const onState = (state: ResumeState) => {
    feedStore.set(state);
    // A stream that is refused does not say why. A request does: nobody may be signed in any more, and the page says so.
    if (state === 'offline') void readInfo().catch(() => undefined);
  };

  const stop = resumeStream({ path: () => '/events', hello: () => ({ since }), onFrame, onState });
  return { ready, stop };
}
