import { httpTransport } from './http';
import { setShell } from './shell';
import type { Transport } from './transport';

export { addressOf } from './http';

let current: Transport = httpTransport;

/** The transport in use. Read it at call time: the shell may replace it before the first render. */
export const transport = (): Transport => current;

export function setTransport(next: Transport): void {
  current = next;
}

/** Takes the desktop app's way to the server where the page runs in it. Before anything is asked for. */
export async function chooseTransport(): Promise<void> {
  if (!('__TAURI_INTERNALS__' in window)) return;
  // A browser never loads it.
  const { tauriShell, tauriTransport } = await import('./tauri');
  setTransport(tauriTransport);
  setShell(tauriShell);
}
