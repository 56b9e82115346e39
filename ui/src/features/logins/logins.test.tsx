import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { keys } from '@/shared/api/keys';
import type { Login } from '@/shared/api/identity';
import { fakeTransport, problem } from '@/test/fakes';
import { closePage, makeMe, openAs, renderPage } from '@/test/people';
import { DevicesPage } from './DevicesPage';

afterEach(closePage);

const login = (id: string, current: boolean, user_agent: string): Login => ({ id, method: 'password', user_agent, address: '192.0.2.7', created_at: '2026-01-01T00:00:00Z', last_seen_at: '2026-01-02T00:00:00Z', expires_at: '2036-01-01T00:00:00Z', current });
const PHONE = login('l1', false, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1');
const HERE = login('l2', true, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0');

function devices(password: 'right' | 'wrong' = 'right') {
  return fakeTransport(({ method, path }) => {
    if (path === '/auth/password') return password === 'right' ? { status: 204 } : problem(401, 'credentials_invalid');
    if (method === 'DELETE' && path === '/auth/logins') return { body: { ended: 1 } };
    return method === 'GET' ? { body: { items: [PHONE, HERE], next_cursor: null } } : { status: 204 };
  });
}

test('this device comes first and is marked', async () => {
  devices();
  await renderPage(openAs('viewer'), <DevicesPage />);
  const rows = within(await screen.findByRole('list', { name: 'Signed-in devices' })).getAllByRole('listitem');
  expect(rows.map((row) => row.textContent)).toEqual([expect.stringMatching(/Firefox on Linux.*This device/), expect.stringMatching(/^Safari on iPhone/)]);
});

test('another device is signed out, and this one by signing out', async () => {
  vi.spyOn(location, 'assign').mockImplementation(() => undefined);
  const { calls } = devices();
  await renderPage(openAs('member'), <DevicesPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'Sign out Safari on iPhone' }));
  await waitFor(() => expect(calls.find(({ method }) => method === 'DELETE')?.path).toBe('/auth/logins/l1'));
  await userEvent.click(screen.getByRole('button', { name: 'Sign out this device' }));
  await waitFor(() => expect(location.assign).toHaveBeenCalledWith('/sign-in'));
  expect(calls.some(({ method, path }) => method === 'POST' && path === '/auth/logout')).toBe(true);
});

test('all others are signed out after a question', async () => {
  const { calls } = devices();
  await renderPage(openAs('member'), <DevicesPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'Sign out everywhere else' }));
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Sign out the others' }));
  await screen.findByText('One other device is signed out');
  expect(calls.find(({ method }) => method === 'DELETE')?.path).toBe('/auth/logins');
});

test('a password is changed, and a wrong one told at its field', async () => {
  const { calls } = devices('wrong');
  await renderPage(openAs('member'), <DevicesPage />);
  await userEvent.type(screen.getByLabelText('Current password'), 'guess');
  await userEvent.type(screen.getByLabelText('New password'), 'a long new password');
  await userEvent.click(screen.getByRole('button', { name: 'Change password' }));
  await screen.findByText('This is not your password.');
  expect(calls.find(({ method }) => method === 'PUT')?.body).toEqual({ current: 'guess', password: 'a long new password' });
});

test('who signs in elsewhere has no password to change', async () => {
  devices();
  const client = openAs('member');
  client.setQueryData(keys.me, makeMe('member', { user: { ...makeMe('member').user, username: null } }));
  await renderPage(client, <DevicesPage />);
  await screen.findByText('Firefox on Linux');
  expect(screen.queryByRole('heading', { name: 'Password' })).toBeNull();
});
