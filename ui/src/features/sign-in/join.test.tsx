import { QueryClient } from '@tanstack/react-query';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compareLogin } from '@/shared/api/auth';
import type { Info, OfferedPlace } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { fakeTransport, problem, type Call } from '@/test/fakes';
import { closePage, hostedInfo, makeMe, openAs, renderPage } from '@/test/people';
import { pendingInvitation } from './invitation';
import { JoinPage } from './JoinPage';

beforeEach(() => {
  vi.spyOn(location, 'replace').mockImplementation(() => undefined);
  vi.spyOn(location, 'reload').mockImplementation(() => undefined);
});
afterEach(() => {
  pendingInvitation.clear();
  closePage();
});

const PLACE: OfferedPlace = { organisation: 'Mill', role: 'member', invited_by: 'Ada Lovelace' };
const OVER = problem(404, 'invitation_invalid');

/** A server that has the invitation `s3cret`, and answers the rest so. */
function serve(answer: (call: Call) => ReturnType<Parameters<typeof fakeTransport>[0]> = () => ({ body: makeMe('member') })) {
  return fakeTransport((call) => (call.path === '/invitations/show' ? ((call.body as { secret: string }).secret === 's3cret' ? { body: PLACE } : OVER) : answer(call)));
}
function signedOut(registration: Info['features']['registration'] = 'invited', auth = ['password']) {
  const { features, ...info } = hostedInfo(null);
  const changed = { ...info, auth, features: { ...features, registration } };
  compareLogin(changed);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(keys.info, changed);
  return client;
}
const fill = async (label: string, text: string) => userEvent.type(screen.getByLabelText(label), text);
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
const changes = (calls: Call[]) => calls.filter(({ path }) => path !== '/invitations/show');
async function register() {
  await press('Create an account');
  await fill('Your name', 'Grace');
  await fill('User name', 'grace');
  await fill('Password', 'nanoseconds are long');
  await press('Create account');
}

test('the secret of an invitation leaves the address at once, outlives a visit to another site, and is sent when accepted', async () => {
  const { calls } = serve();
  const { history } = await renderPage(openAs('member'), <JoinPage />, '/join#s3cret');
  await waitFor(() => expect(history.location.href).toBe('/join'));
  expect(pendingInvitation.get()).toBe('s3cret');
  await press('Accept invitation');
  await waitFor(() => expect(location.replace).toHaveBeenCalledWith('/'));
  expect(changes(calls)).toMatchObject([{ path: '/invitations/accept', body: { secret: 's3cret' } }]);
  expect(pendingInvitation.get()).toBeNull();
});

test('an invitation says where it leads, who invites and as what, to who is signed in and to who is not', async () => {
  serve();
  await renderPage(signedOut(), <JoinPage />, '/join#s3cret');
  await screen.findByRole('heading', { name: 'You are invited to Mill' });
  screen.getByText('Ada Lovelace keeps a place for you there. Your role: member.');
});

test.each(['invited', 'open'] as const)('where registration is %s, who is new makes an account with the invitation and is in', async (registration) => {
  const { calls } = serve(() => ({ status: 201, body: makeMe('member') }));
  await renderPage(signedOut(registration), <JoinPage />, '/join#s3cret');
  await register();
  await waitFor(() => expect(location.replace).toHaveBeenCalledWith('/'));
  expect(changes(calls)).toMatchObject([{ path: '/auth/register', body: { username: 'grace', invitation: 's3cret' } }]);
  expect(pendingInvitation.get()).toBeNull();
});

test('who has an account signs in and is in, without being asked again', async () => {
  const { calls } = serve();
  await renderPage(signedOut(), <JoinPage />, '/join#s3cret');
  await press('Sign in with your account');
  await fill('User name', 'grace');
  await fill('Password', 'nanoseconds are long');
  await press('Sign in');
  await waitFor(() => expect(location.replace).toHaveBeenCalledWith('/'));
  expect(changes(calls).map(({ path }) => path)).toEqual(['/auth/login', '/invitations/accept']);
  expect(pendingInvitation.get()).toBeNull();
});

test('who signed in and could not accept finds the invitation again', async () => {
  serve(({ path }) => (path === '/auth/login' ? { body: makeMe('member') } : problem(503, 'unavailable')));
  await renderPage(signedOut(), <JoinPage />, '/join#s3cret');
  await press('Sign in with your account');
  await fill('User name', 'grace');
  await fill('Password', 'nanoseconds are long');
  await press('Sign in');
  await waitFor(() => expect(location.reload).toHaveBeenCalled());
  expect(pendingInvitation.get()).toBe('s3cret');
  expect(location.replace).not.toHaveBeenCalled();
});

test('where accounts are made by nobody, only signing in is offered, and how to get an account is said', async () => {
  serve();
  await renderPage(signedOut('closed'), <JoinPage />, '/join#s3cret');
  await screen.findByLabelText('Password');
  expect(screen.queryByRole('button', { name: 'Create an account' })).toBeNull();
  screen.getByText(/Accounts are made by whoever runs this Switchyard/);
});

test('where people sign in with GitHub too, it is offered first and comes back to the invitation', async () => {
  serve();
  await renderPage(signedOut('invited', ['github', 'password']), <JoinPage />, '/join#s3cret');
  expect((await screen.findByRole('link', { name: /GitHub/ })).getAttribute('href')).toBe('/api/auth/login?next=%2Fjoin');
  screen.getByRole('button', { name: 'Create an account' });
});

test('who changes their mind goes from one form to the other, with the keyboard alone', async () => {
  serve();
  await renderPage(signedOut(), <JoinPage />, '/join#s3cret');
  await waitFor(() => expect(document.activeElement?.textContent).toBe('Create an account'));
  await userEvent.keyboard('{Enter}');
  expect(document.activeElement).toBe(screen.getByLabelText('Your name'));
  screen.getByRole('button', { name: 'Sign in instead' }).focus();
  await userEvent.keyboard('{Enter}');
  expect(document.activeElement).toBe(screen.getByLabelText('User name'));
  screen.getByRole('button', { name: 'Create an account' });
});

test.each([
  ['signed in', () => openAs('member'), 'Go to your boards', '/'],
  ['not signed in', () => signedOut(), 'Sign in', '/sign-in'],
] as const)('an invitation that is over says so at once, and what to do, to who is %s', async (_who, open, button, next) => {
  const { calls } = serve();
  pendingInvitation.set('old');
  await renderPage(open(), <JoinPage />, '/join');
  await screen.findByRole('heading', { name: 'You cannot join by this invitation' });
  screen.getByText(/Ask whoever sent it for a new one/);
  await press(button);
  expect(location.replace).toHaveBeenCalledWith(next);
  expect(pendingInvitation.get()).toBeNull();
  expect(changes(calls)).toEqual([]);
});

test('an invitation that somebody else used meanwhile is told where it was accepted, and where an account was to be made', async () => {
  serve(() => OVER);
  await renderPage(signedOut(), <JoinPage />, '/join#s3cret');
  await register();
  expect((await screen.findByRole('alert')).textContent).toContain('Ask whoever sent it for a new one');
  expect((screen.getByLabelText('User name') as HTMLInputElement).value).toBe('grace');
});

test('a place that is gone when it is accepted is told as such', async () => {
  serve(() => OVER);
  await renderPage(openAs('member'), <JoinPage />, '/join#s3cret');
  await press('Accept invitation');
  expect((await screen.findByRole('alert')).textContent).toContain('Ask whoever sent it for a new one');
  await press('Go to your boards');
  expect(pendingInvitation.get()).toBeNull();
});

test('an invitation that could not be looked at is looked at again when asked', async () => {
  let down = true;
  fakeTransport(() => (down ? problem(503, 'unavailable') : { body: PLACE }));
  await renderPage(signedOut(), <JoinPage />, '/join#s3cret');
  await screen.findByText('The invitation could not be looked at');
  down = false;
  await press('Try again');
  await screen.findByRole('heading', { name: 'You are invited to Mill' });
});
