/** Pages that lead nowhere once somebody is signed in. */
const BEFORE = ['/sign-in', '/signed-in', '/reset'];

/**
 * Where to go on after signing in: the wanted place if it is a page of ours, or else the first one. Anybody can write an
 * address with another site's in it.
 */
export function safeNext(wanted: string | undefined, origin = location.origin): string {
  if (!wanted?.startsWith('/') || !URL.canParse(wanted, origin)) return '/';
  const { origin: leadsTo, pathname, search, hash } = new URL(wanted, origin);
  const isPage = leadsTo === origin && !pathname.startsWith('//') && !/^\/api(\/|$)/.test(pathname) && !BEFORE.includes(pathname);
  return isPage ? pathname + search + hash : '/';
}
