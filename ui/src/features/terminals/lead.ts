import type { Uuid } from '@/shared/api/types';

// A terminal may be shown in several windows. The program has one size, and must hear one answer to each question:
// the window that had the focus last gives both. Windows of one browser tell each other.

const CHANNEL = 'switchyard.terminal-lead';

const listeners = new Map<Uuid, () => void>();
let channel: BroadcastChannel | null = null;

function open(): BroadcastChannel {
  if (!channel) {
    channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Uuid>) => listeners.get(data)?.();
  }
  return channel;
}

/** Tells the other windows that this one leads a terminal now. */
export const leadsHere = (id: Uuid): void => open().postMessage(id);

/** Calls back when another window leads. Returns the function that ends it. */
export function onLeadElsewhere(id: Uuid, listener: () => void): () => void {
  open();
  listeners.set(id, listener);
  return () => {
    listeners.delete(id);
    if (listeners.size > 0) return;
    channel?.close();
    channel = null;
  };
}
