import type { TerminalCommand } from '@/shared/api/types';

const command = (frame: TerminalCommand): string => JSON.stringify(frame);
export const ackFrame = (offset: number): string => command({ type: 'ack', offset });
export const resizeFrame = (cols: number, rows: number): string => command({ type: 'resize', cols, rows });

/** The largest frame of input that the server takes is 64 KiB; pieces of half of it leave others room between them. */
const PIECE_BYTES = 32 * 1024;

/** Cuts input into frames. Bytes may be cut anywhere: the program reads them as one stream. */
export function* inputFrames(bytes: Uint8Array): Generator<ArrayBuffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.slice(at, at + PIECE_BYTES).buffer as ArrayBuffer;
}

export const attachPath = (id: string, from: number | null): string => `/terminals/${encodeURIComponent(id)}/attach${from === null ? '' : `?from=${from}`}`;
