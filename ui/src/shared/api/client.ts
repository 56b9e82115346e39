import { transport } from '@/shared/transport';
import type { Method } from '@/shared/transport/transport';
import { authStore } from './auth';
import { ApiError, problemFrom } from './errors';
import { RUNNER_AWAY, runnerMissed } from './runner';
import type { Page } from './types';

type Query = Record<string, string | number | boolean | null | undefined>;

interface CallOptions {
  query?: Query;
  body?: unknown;
  /** Version of the resource that is being changed; becomes If-Match. */
  version?: number;
  /** Makes a creating call safe to repeat. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Makes a path from parts, each one percent-encoded. */
export const path = (parts: TemplateStringsArray, ...values: string[]): string =>
  parts.reduce((text, part, i) => text + part + (i < values.length ? encodeURIComponent(values[i] ?? '') : ''), '');

async function call<T>(method: Method, target: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`;
  if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey;

  const response = await transport().request(method, target + queryString(options.query), {
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const text = await response.text();
  if (response.status >= 200 && response.status < 300) return (text === '' ? undefined : JSON.parse(text)) as T;
  if (response.status === 401) authStore.set('disconnected');
  const problem = problemFrom(response.status, text);
  if (problem.code === RUNNER_AWAY) runnerMissed.set((times) => times + 1);
  throw new ApiError(problem);
}

function queryString(query: Query = {}): string {
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
