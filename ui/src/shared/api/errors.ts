import { NetworkError } from '@/shared/transport/transport';
import type { Problem } from './types';

/** The server refused. `problem.code` is stable; `message` is meant for people. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly problem: Problem,
    /** When the server takes more, in ms since 1970; null where it did not say. */
    readonly retryAt: number | null = null,
  ) {
    super(problem.detail || problem.title);
  }
  get status(): number {
    return this.problem.status;
  }
  get code(): string {
    return this.problem.code;
  }
  /** What the server says about one field of the form that was sent. */
  field(name: string): string | undefined {
    return this.problem.errors?.find((error) => error.field === name)?.message;
  }
}

/** When a Retry-After header, in seconds or as a date, lets one try again. */
export function retryTime(header: string | null, now: number): number | null {
  if (!header) return null;
  const seconds = Number(header);
  const time = Number.isFinite(seconds) ? now + seconds * 1000 : Date.parse(header);
  return Number.isFinite(time) ? Math.max(time, now) : null;
}

/** When to try again after too many requests; null for any other failure. */
export const rateLimitEnd = (error: unknown): number | null => (error instanceof ApiError && error.status === 429 ? error.retryAt : null);

/** Reads problem+json; anything else (a proxy's page, an empty body) becomes a problem that says so. */
export function problemFrom(status: number, text: string): Problem {
  const fallback: Problem = {
    type: 'about:blank',
    title: `The server answered ${status}`,
    status,
    code: `http_${status}`,
    detail: '',
    request_id: '',
  };
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'code' in body) return { ...fallback, ...(body as Partial<Problem>), status };
  } catch {
    // Not JSON: the fallback describes it.
  }
  return fallback;
}

/** One sentence for any failure. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError || error instanceof NetworkError) return error.message;
  return error instanceof Error && error.message ? error.message : 'Something went wrong.';
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** The current representation in a 409 for a stale version; null when it is another conflict. */
export function staleCurrent<T>(error: unknown): T | null {
  if (!(error instanceof ApiError) || error.status !== 409) return null;
  return (error.problem.current as T | undefined) ?? null;
}
