/**
 * Messages side by side in one body, as the desktop shell carries them: a byte for the kind, four for the length
 * (little end first), then the message.
 */

const TEXT = 1;
const BINARY = 2;
const HEAD = 5;

export type Frame =
  | { kind: 'open' }
  | { kind: 'message'; data: string | ArrayBuffer }
  | { kind: 'closed'; code: number };

/** Takes apart what the shell sent. */
export function readBatch(body: ArrayBuffer): Frame[] {
  const view = new DataView(body);
  const frames: Frame[] = [];
  for (let at = 0; at < body.byteLength; ) {
    const kind = view.getUint8(at);
    const start = at + HEAD;
    const end = start + view.getUint32(at + 1, true);
    frames.push(frame(kind, body, start, end));
    at = end;
  }
  return frames;
}

function frame(kind: number, body: ArrayBuffer, start: number, end: number): Frame {
  if (kind === TEXT) return { kind: 'message', data: new TextDecoder().decode(new Uint8Array(body, start, end - start)) };
  if (kind === BINARY) return { kind: 'message', data: body.slice(start, end) };
  if (kind === 0) return { kind: 'open' };
  return { kind: 'closed', code: new DataView(body).getUint16(start, true) };
}

/** Puts together what the page sends. */
export function writeBatch(messages: readonly (string | ArrayBuffer)[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = messages.map((data) =>
    typeof data === 'string' ? { kind: TEXT, bytes: encoder.encode(data) } : { kind: BINARY, bytes: new Uint8Array(data) },
  );
  const body = new Uint8Array(parts.reduce((length, { bytes }) => length + HEAD + bytes.length, 0));
  const view = new DataView(body.buffer);
  let at = 0;
  for (const { kind, bytes } of parts) {
    view.setUint8(at, kind);
    view.setUint32(at + 1, bytes.length, true);
    body.set(bytes, at + HEAD);
    at += HEAD + bytes.length;
  }
  return body;
}
