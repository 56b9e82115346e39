import { QueryClient } from '@tanstack/react-query';
import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keys } from '@/shared/api/keys';
import { fakeTransport, problem, type Call } from '@/test/fakes';
import { closePage, hostedInfo, makeMe, openAs, renderPage } from '@/test/people';
import { pendingInvitation } from './invitation';
import { ResetPage } from './ResetPage';
import { SignInAgain } from './SignInAgain';
import { SignInPage } from './SignInPage';
import { readSignInSearch } from './search';
import { authStore, compareLogin } from '@/shared/api/auth';
import { api } from '@/shared/api/client';

beforeEach(() => vi.spyOn(location, 'replace').mockImplementation(() => undefined));
afterEach(() => {
  pendingInvitation.clear();
  closePage();
});

function signedOut(info = hostedInfo(null)) {
  compareLogin(info);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(keys.info, info);
  return client;
}
const fill = async (label: string, text: string) => userEvent.type(screen.getByLabelText(label), text);
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

test('a person signs in and goes on where they wanted to', async () => {
  const { calls } = fakeTransport(() => ({ body: makeMe('member') }));
  await renderPage(signedOut(), <SignInPage search={{ next: '/projects/1?q=a' }} />);
  await fill('User name', ' ada ');
  await fill('Password', 'correct horse battery');
  await press('Sign in');
  await waitFor(() => expect(location.replace).toHaveBeenCalledWith('/projects/1?q=a'));
  expect(calls).toMatchObject([{ method: 'POST', path: '/auth/login', body: { username: 'ada', password: 'correct horse battery' } }]);
});

test('a wrong password is told as such, and stays to be mended', async () => {
  fakeTransport(() => problem(401, 'credentials_invalid'));
  await renderPage(signedOut(), <SignInPage search={{}} />);
  await fill('User name', 'ada');
  await fill('Password', 'wrong');
  await press('Sign in');
  expect((await screen.findByRole('alert')).textContent).toContain('no account with this user name and password');
  expect((screen.getByLabelText('Password') as HTMLInputElement).value).toBe('wrong');
  expect(location.replace).not.toHaveBeenCalled();
});

test('too many tries are counted down, and the button waits', async () => {
  fakeTransport(() => ({ ...problem(429, 'rate_limited'), headers: { 'retry-after': '2' } }));
  await renderPage(signedOut(), <SignInPage search={{}} />);
  await fill('User name', 'ada');
  await fill('Password', 'guess');
  await press('Sign in');
  expect((await screen.findByRole('alert')).textContent).toMatch(/in [12] s/);
  const button = screen.getByRole('button', { name: 'Sign in' }) as HTMLButtonElement;
  expect(button.disabled).toBe(true);
  await waitFor(() => expect(button.disabled).toBe(false), { timeout: 4_000 });
});

test('only the ways that the instance has are offered', async () => {
  const { auth: _auth, ...info } = hostedInfo(null);
  await renderPage(signedOut({ ...info, auth: ['github'] }), <SignInPage search={{ next: '/agents', error: 'organisation_required' }} />);
  expect(screen.getByRole('link', { name: /GitHub/ }).getAttribute('href')).toBe('/api/auth/login?next=%2Fagents');
  expect(screen.queryByLabelText('Password')).toBeNull();
  expect(screen.queryByRole('link', { name: 'Create an account' })).toBeNull();
  expect(screen.getByRole('alert').textContent).toContain('Only members of a certain GitHub organisation');
});

test('where accounts are made by invitation, the page says so, and leads to one that is open here', async () => {
  const { features, ...info } = hostedInfo(null);
  const invited = { ...info, features: { ...features, registration: 'invited' as const } };
  await renderPage(signedOut(invited), <SignInPage search={{ register: true }} />);
  expect(screen.queryByLabelText('Your name')).toBeNull();
  screen.getByText(/Open the invitation that you were sent/);
  cleanup();
  pendingInvitation.set('s3cret');
  await renderPage(signedOut(invited), <SignInPage search={{}} />);
  expect(screen.getByRole('link', { name: 'Open your invitation' }).getAttribute('href')).toBe('/join');
});

test('an error that another site wrote into the address is not repeated', () => {
  expect(readSignInSearch({ error: 'toString', next: 5, register: 'yes' })).toEqual({ error: 'toString' });
});

test('a user name that is taken is told at its field', async () => {
  fakeTransport(() => problem(409, 'username_taken'));
  await renderPage(signedOut(), <SignInPage search={{ register: true }} />);
  await fill('Your name', 'Ada');
  await fill('User name', 'ada');
  await fill('Password', 'correct horse battery');
  await press('Create account');
  await screen.findByText('Somebody has this user name already. Choose another one.');
  expect(screen.getByLabelText('User name').getAttribute('aria-invalid')).toBe('true');
});

test('a new password is set with the token, which leaves the address', async () => {
  const { calls } = fakeTransport(() => ({ status: 204 }));
  const { history } = await renderPage(signedOut(), <ResetPage />, '/reset#token=t0ken');
  await waitFor(() => expect(history.location.href).toBe('/reset'));
  await fill('New password', 'a long new password');
  await press('Change password');
  await screen.findByRole('heading', { name: 'Your password is changed' });
  expect(calls).toMatchObject([{ path: '/auth/reset/finish', body: { token: 't0ken', password: 'a long new password' } }]);
});

test('a used reset is told as such', async () => {
  fakeTransport(() => problem(401, 'reset_invalid'));
  await renderPage(signedOut(), <ResetPage />, '/reset#token=used');
  await fill('New password', 'a long new password');
  await press('Change password');
  expect((await screen.findByRole('alert')).textContent).toContain('used already');
});

test('a window that signs in beside this one is heard, and this one goes on where it was', async () => {
  let user: ReturnType<typeof hostedInfo>['user'] = null;
  let organisation: ReturnType<typeof hostedInfo>['organisation'] = null;
  const client = openAs('admin');
  const { calls } = fakeTransport(({ path }) => {
    if (path === '/auth/organisation') organisation = { id: 'engines', name: 'Analytical Engines' };
    return { body: path === '/info' ? hostedInfo(user, organisation) : makeMe('admin') };
  });
  authStore.set('signed-out');
  await renderPage(client, <SignInAgain />);
  expect(screen.getByRole('link', { name: /GitHub/ })).toMatchObject({ target: '_blank', rel: 'noopener' });
  user = { id: 'ada', name: 'Ada Lovelace' };
  organisation = { id: 'own', name: 'Ada' };
  const beside = new BroadcastChannel('switchyard.signed-in');
  beside.postMessage('beside');
  await waitFor(() => expect(authStore.get()).toBe('unknown'));
  beside.close();
  expect(calls.find(({ path }) => path === '/auth/organisation')?.body).toEqual({ org_id: 'engines' });
});

test('signing in again in place takes up the organisation of the page, and what waited is sent', async () => {
  let user: ReturnType<typeof hostedInfo>['user'] = null;
  let organisation: ReturnType<typeof hostedInfo>['organisation'] = null;
  const client = openAs('admin');
  const { calls } = fakeTransport((call: Call) => {
    if (call.path === '/info') return { body: hostedInfo(user, organisation) };
    if (call.path === '/auth/login') {
      user = { id: 'ada', name: 'Ada Lovelace' };
      organisation = { id: 'own', name: 'Ada' };
      return { body: { ...makeMe('admin'), organisation: { ...makeMe('admin').organisation, id: 'own' } } };
    }
    if (call.path === '/auth/organisation') {
      organisation = { id: 'engines', name: 'Analytical Engines' };
      return { body: makeMe('admin') };
    }
    return user ? { body: {} } : problem(401, 'unauthenticated');
  });
  const saved = api.patch('/tasks/1', { title: 'kept' });
  await waitFor(() => expect(authStore.get()).toBe('signed-out'));
  await renderPage(client, <SignInAgain />);
  await fill('User name', 'ada');
  await fill('Password', 'correct horse battery');
  await press('Sign in');
  await saved;
  expect(authStore.get()).toBe('unknown');
  expect(calls.find(({ path }) => path === '/auth/organisation')?.body).toEqual({ org_id: 'engines' });
});
