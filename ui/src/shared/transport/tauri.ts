import { Channel, invoke } from '@tauri-apps/api/core';
import { readBatch, writeBatch } from './batch';
import { httpTransport } from './http';
import type { Notice, Shell } from './shell';
import type { Stream, StreamState, Transport } from './transport';

/** Taken and not yet acknowledged bytes after which the shell is told at once: a quarter of what it sends ahead. */
const ACKNOWLEDGE_BYTES = 64 * 1024;
/** After which the shell is told of less than that. */
const ACKNOWLEDGE_MS = 50;

/**
 * The page inside the desktop app: requests go to the page's own scheme, where the shell answers them; streams go over
 * the shell's channels, since a web view opens no WebSocket to such a scheme.
 */
export const tauriTransport: Transport = {
  request: httpTransport.request,

  openStream(path) {
    let onMessage: (data: string | ArrayBuffer) => void = () => {};
    let onState: (state: StreamState) => void = () => {};
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      void opened.then((id) => id !== null && invoke('stream_close', { id }));
      onState('closed');
    };

    const acknowledge = acknowledger((batches) => void opened.then((id) => id !== null && invoke('stream_acknowledge', { id, batches })));
    const frames = new Channel<ArrayBuffer>((body) => {
      for (const frame of readBatch(body)) {
        if (ended) return;
        if (frame.kind === 'message') onMessage(frame.data);
        else if (frame.kind === 'open') onState('open');
        else end();
      }
      acknowledge(body.byteLength);
    });
    const opened = invoke<number>('stream_open', { path, frames }).catch(() => {
      end();
      return null;
    });
    const send = sender(opened, end);

    return {
      onMessage(listener) {
        onMessage = listener;
      },
      onState(listener) {
        onState = listener;
      },
      send,
      close: end,
    } satisfies Stream;
  },
};

/** Tells of taken batches, now and then: each telling costs as much as a keystroke. */
function acknowledger(tell: (batches: number) => void): (bytes: number) => void {
  let taken = { batches: 0, bytes: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    tell(taken.batches);
    taken = { batches: 0, bytes: 0 };
  };
  return (bytes) => {
    taken = { batches: taken.batches + 1, bytes: taken.bytes + bytes };
    if (taken.bytes >= ACKNOWLEDGE_BYTES) flush();
    else timer ??= setTimeout(flush, ACKNOWLEDGE_MS);
  };
}

/**
 * Sends in order: one batch is on its way at a time, and what comes meanwhile makes up the next. Calls of their own
 * could overtake each other.
 */
function sender(opened: Promise<number | null>, onFailure: () => void): (data: string | ArrayBuffer) => void {
  let waiting: (string | ArrayBuffer)[] = [];
  let busy = false;
  const pump = async () => {
    busy = true;
    const id = await opened;
    while (id !== null && waiting.length > 0) {
      const batch = writeBatch(waiting);
      waiting = [];
      await invoke('stream_send', batch, { headers: { stream: String(id) } });
    }
    busy = false;
  };
  return (data) => {
    waiting.push(data);
    if (!busy) pump().catch(onFailure);
  };
}

export const tauriShell: Shell = {
  pickFolder: (title) => invoke<string | null>('pick_folder', { title }),
  notify(body, path) {
    void invoke('notify', { body, path });
  },
  listen(listener) {
    void invoke('shell_listen', { page: new Channel<Notice>(listener) });
  },
  quit(answer) {
    void invoke('quit', { answer });
  },
};
