import type { Time } from '@/shared/api/types';

const DAY_MS = 24 * 60 * 60 * 1000;
/** So long before its end a key is worth a warning. */
const SOON_DAYS = 7;

export type Expiry = 'never' | 'later' | 'soon' | 'over';

/** How a key's end is to be shown. */
export function expiryOf(expiresAt: Time | null, now: number): Expiry {
  if (expiresAt === null) return 'never';
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return 'over';
  return left < SOON_DAYS * DAY_MS ? 'soon' : 'later';
}
