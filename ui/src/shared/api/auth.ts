import { createStore } from '@/shared/hooks/createStore';
import { transport } from '@/shared/transport';
import { holdStreams } from '@/shared/transport/resume';
import type { Info } from './identity';

/** The mode in which people sign in. */
const HOSTED = 'kubernetes';

/**
 * `disconnected`: the server no longer knows this window; only a new address helps.
 * `signed-out`: nobody is signed in to a hosted server.
 * `changed`: this browser is signed in as somebody else, or acts elsewhere, than this page shows.
 */
export type Standing = 'unknown' | 'disconnected' | 'signed-out' | 'changed';

export const authStore = createStore<Standing>('unknown');
authStore.subscribe(() => holdStreams(authStore.get() !== 'unknown'));

type Opened = { [Part in 'user' | 'organisation']: NonNullable<Info[Part]> };

/** Whose page this is, and which organisation's, from when it was opened to when it is left. Null on a desktop. */
export const openedFor = createStore<Opened | null>(null);

/** Whose login the browser's cookie is, as the server said last. */
export const currentLogin = createStore<Opened | null>(null);

/** Compares what the server says about this browser with what the page was opened for. */
export function compareLogin({ mode, user, organisation }: Info): void {
  if (mode !== HOSTED) return;
  if (!user || !organisation) {
    authStore.set('signed-out');
    return;
  }
  currentLogin.set({ user, organisation });
  const opened = openedFor.get();
  if (!opened) openedFor.set({ user, organisation });
  const same = !opened || (opened.user.id === user.id && opened.organisation.id === organisation.id);
  authStore.set(same ? 'unknown' : 'changed');
}

/** A call was refused because nobody is signed in. True where the page waits for somebody to sign in again. */
export function lostLogin(): boolean {
  const isHosted = openedFor.get() !== null || authStore.get() === 'signed-out';
  authStore.set(isHosted ? 'signed-out' : 'disconnected');
  return openedFor.get() !== null;
}

/** Whether calls have to wait: they would be refused, or be somebody else's. */
export const mustWait = (): boolean => openedFor.get() !== null && authStore.get() !== 'unknown';

/** Changes that wait for somebody to sign in again. */
export const waitingChanges = createStore(0);

/** Resolves once whoever this page was opened for is signed in again. */
export function signedInAgain(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      unsubscribe();
      signal?.removeEventListener('abort', abort);
    };
    const abort = () => {
      end();
      reject(signal?.reason);
    };
    const look = () => {
      if (authStore.get() !== 'unknown') return;
      end();
      resolve();
    };
    const unsubscribe = authStore.subscribe(look);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else look();
  });
}

let channel: BroadcastChannel | null = null;

/** How windows tell the others, which share their cookie, of a change of the login. A window does not hear itself. */
const loginChannel = (): BroadcastChannel => (channel ??= new BroadcastChannel('switchyard.signed-in'));

/** `beside`: by a window that was opened for that, and leaves the rest to the one that opened it. */
export type LoginChange = 'here' | 'beside';

/** Tells the other windows of this browser that somebody signed in or out, or acts in another organisation. */
export const announceLogin = (change: LoginChange = 'here'): void => loginChannel().postMessage(change);

/** Calls back when another window of this browser did so. Returns the function that ends it. */
export function onLoginChange(listener: (change: LoginChange) => void): () => void {
  const listened = loginChannel();
  const onMessage = ({ data }: MessageEvent<LoginChange>) => listener(data);
  listened.addEventListener('message', onMessage);
  return () => listened.removeEventListener('message', onMessage);
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
  if (status === 204) announceLogin();
}
