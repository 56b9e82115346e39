import { NetworkError, type Stream, type StreamState, type Transport } from './transport';

const BASE = '/api';

/** The address of a path below `/api`, for a link that the browser follows by itself: a download, or another site's sign-in. */
export const addressOf = (path: string): string => BASE + path;

/** Fetch and WebSocket on the page's own origin; the session cookie is the credential. */
export const httpTransport: Transport = {
  async request(method, path, { body, headers, signal } = {}) {
    let response: Response;
    try {
      response = await fetch(BASE + path, {
        method,
        credentials: 'same-origin',
        ...(body === undefined ? {} : { body }),
        ...(headers ? { headers } : {}),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new NetworkError('Switchyard does not answer. Is it still running?', { cause });
    }
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      text: () => response.text(),
    };
  },

  openStream(path) {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}${BASE}${path}`);
    socket.binaryType = 'arraybuffer';
    return wrapSocket(socket);
  },
};

function wrapSocket(socket: WebSocket): Stream {
  let onState: (state: StreamState) => void = () => {};
  socket.onopen = () => onState('open');
  // An error is always followed by close, which says all there is to know.
  socket.onclose = () => onState('closed');
  return {
    onMessage(listener) {
      socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => listener(event.data);
    },
    onState(listener) {
      onState = listener;
    },
    send: (data) => socket.send(data),
    close: () => socket.close(),
  };
}
