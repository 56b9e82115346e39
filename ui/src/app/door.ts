import { redirect } from '@tanstack/react-router';
import { authStore, openedFor } from '@/shared/api/auth';
import type { Info } from '@/shared/api/identity';

/** Pages for who is not signed in yet. A desktop has none of them. */
const BEFORE: ReadonlySet<string> = new Set(['/sign-in', '/signed-in', '/join', '/reset']);

/** Leads who is not signed in to the sign-in page, which leads back; once a page is open, they sign in again in place. */
export function checkDoor(info: Info | undefined, { pathname, href }: { pathname: string; href: string }): void {
  const isBefore = BEFORE.has(pathname);
  if (info?.mode === 'desktop' && isBefore) throw redirect({ to: '/', replace: true });
  if (isBefore || openedFor.get() || authStore.get() !== 'signed-out') return;
  throw redirect({ to: '/sign-in', search: href === '/' ? {} : { next: href }, replace: true });
}
