import { isRedirect } from '@tanstack/react-router';
import { afterEach, expect, test } from 'vitest';
import { authStore, compareLogin } from '@/shared/api/auth';
import { closePage, hostedInfo } from '@/test/people';
import { checkDoor } from './door';

afterEach(closePage);

const place = (href: string) => ({ href, pathname: href.split(/[?#]/)[0] ?? '' });
function leadTo(info: Parameters<typeof checkDoor>[0], href: string) {
  try {
    checkDoor(info, place(href));
    return null;
  } catch (thrown) {
    if (!isRedirect(thrown)) throw thrown;
    const { to, search } = thrown.options as { to: string; search?: object };
    return { to, search };
  }
}

test('who is not signed in is led to the sign-in page, which knows the way back', () => {
  compareLogin(hostedInfo(null));
  expect(leadTo(hostedInfo(null), '/projects/1/tasks/2?q=lens#x')).toEqual({ to: '/sign-in', search: { next: '/projects/1/tasks/2?q=lens#x' } });
  expect(leadTo(hostedInfo(null), '/')).toEqual({ to: '/sign-in', search: {} });
});

test.each(['/sign-in?error=oauth_denied', '/join', '/reset', '/signed-in'])('%s is open to everybody', (href) => {
  compareLogin(hostedInfo(null));
  expect(leadTo(hostedInfo(null), href)).toBeNull();
});

test('an open page stays where it is when its login ends: there may be work on it', () => {
  compareLogin(hostedInfo());
  authStore.set('signed-out');
  expect(leadTo(hostedInfo(null), '/projects/1')).toBeNull();
});

test('a desktop has no sign-in page', () => {
  const desktop = { ...hostedInfo(), mode: 'desktop' };
  expect(leadTo(desktop, '/sign-in')?.to).toBe('/');
  expect(leadTo(desktop, '/projects/1')).toBeNull();
});
