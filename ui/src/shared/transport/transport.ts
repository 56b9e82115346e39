/**
 * The one door to the server. Everything above speaks this interface, so that the same pages run in a
 * browser (HTTP, WebSocket) and inside the desktop shell.
 */

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface TransportRequest {
  /** Only strings and ArrayBuffers: a Blob body crashes some web views. */
  body?: string | ArrayBuffer;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface TransportResponse {
  status: number;
  /** Header value by case-insensitive name; null when absent. */
  header(name: string): string | null;
  text(): Promise<string>;
}

export type StreamState = 'connecting' | 'open' | 'closed';

/** A two-way message stream. It does not reconnect: see `resume.ts`. */
export interface Stream {
  onMessage(listener: (data: string | ArrayBuffer) => void): void;
  onState(listener: (state: StreamState) => void): void;
  send(data: string | ArrayBuffer): void;
  close(): void;
}

export interface Transport {
  /** Paths are relative to `/api`, e.g. `/projects`. Rejects with `NetworkError` when nothing answers. */
  request(method: Method, path: string, request?: TransportRequest): Promise<TransportResponse>;
  openStream(path: string): Stream;
}

/** Nothing answered: the server is stopped or cannot be reached. */
export class NetworkError extends Error {
  override name = 'NetworkError';
}
