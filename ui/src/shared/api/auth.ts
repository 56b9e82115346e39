import { createStore } from '@/shared/hooks/createStore';
import { transport } from '@/shared/transport';

/** `disconnected`: the server no longer knows this window; only a new address helps. */
export const authStore = createStore<'unknown' | 'disconnected'>('unknown');

/** How a window that just signed in tells the others, which share its cookie. */
const CHANNEL = 'switchyard.signed-in';

/** Calls back when another window of this browser signs in. Returns the function that ends it. */
export function onSignIn(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = listener;
  return () => channel.close();
}

/**
 * Trades the one-time code of the printed address (`#code=…`) for the session cookie and takes it out of
 * the address bar and the history, so that it is never shared or replayed.
 */
export async function exchangeCodeFromAddress(): Promise<void> {
  const code = new URLSearchParams(location.hash.replace(/^#/, '')).get('code');
  if (!code) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  // A refused code is no failure by itself: this window may hold a cookie already, and the first request tells.
  const { status } = await transport().request('POST', '/auth/exchange', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  if (status !== 204) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(null);
  channel.close();
}
