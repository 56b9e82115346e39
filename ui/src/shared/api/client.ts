import { transport } from '@/shared/transport';
import type { Method } from '@/shared/transport/transport';
import { lostLogin, mustWait, signedInAgain, waitingChanges } from './auth';
import { ApiError, problemFrom, retryTime } from './errors';
import { RUNNER_AWAY, runnerMissed } from './runner';
import type { Page } from './types';

export type Query = Record<string, string | number | boolean | null | undefined>;

interface CallOptions {
  query?: Query;
  body?: unknown;
  /** Version of the resource that is being changed; becomes If-Match. */
  version?: number;
  /** Makes a creating call safe to repeat. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** For calls about the login itself: sent whoever is signed in, or nobody. */
  anyLogin?: boolean;
}

/** These say that what was sent is wrong, not that nobody is signed in. */
const WRONG_SECRET: ReadonlySet<string> = new Set(['credentials_invalid', 'reset_invalid']);

/** Makes a path from parts, each one percent-encoded. */
export const path = (parts: TemplateStringsArray, ...values: string[]): string =>
  parts.reduce((text, part, i) => text + part + (i < values.length ? encodeURIComponent(values[i] ?? '') : ''), '');

async function call<T>(method: Method, target: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`;
  if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey;

  if (!options.anyLogin && mustWait()) await returnOf(method, options.signal);
  const response = await transport().request(method, target + queryString(options.query), {
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const text = await response.text();
  if (response.status >= 200 && response.status < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
  const problem = problemFrom(response.status, text);
  // What was refused for that was not begun, so it can be sent once more: nothing of what somebody typed is lost.
  if (response.status === 401 && !options.anyLogin && !WRONG_SECRET.has(problem.code) && lostLogin()) return call(method, target, options);
  if (problem.code === RUNNER_AWAY) runnerMissed.set((times) => times + 1);
  throw new ApiError(problem, retryTime(response.header('retry-after'), Date.now()));
}

async function returnOf(method: Method, signal?: AbortSignal): Promise<void> {
  if (method === 'GET') return signedInAgain(signal);
  waitingChanges.set((count) => count + 1);
  try {
    await signedInAgain(signal);
  } finally {
    waitingChanges.set((count) => count - 1);
  }
}

/** The part of an address behind the path; what is absent is left out. */
export function queryString(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

type Extra = Omit<CallOptions, 'body'>;

/** Calls below `/api`. Anything but 2xx rejects with `ApiError`; no answer with `NetworkError`. */
export const api = {
  get: <T>(target: string, options?: Extra) => call<T>('GET', target, options),
  post: <T>(target: string, body?: unknown, options?: Extra) => call<T>('POST', target, { ...options, body }),
  put: <T = void>(target: string, body: unknown, options?: Extra) => call<T>('PUT', target, { ...options, body }),
  patch: <T>(target: string, body: unknown, options?: Extra) => call<T>('PATCH', target, { ...options, body }),
  delete: <T = void>(target: string, options?: CallOptions) => call<T>('DELETE', target, options),
};

/** Reads a list to its end, page by page. `onFirstPage` is told of the first one when more follow. */
export async function getAll<T>(target: string, options: Extra = {}, onFirstPage?: (items: T[]) => void): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await api.get<Page<T>>(target, { ...options, query: { ...options.query, cursor } });
    items.push(...page.items);
    cursor = page.next_cursor ?? null;
    if (cursor && items.length === page.items.length) onFirstPage?.(page.items);
  } while (cursor);
  return items;
}
