import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { keys } from '@/shared/api/keys';
import type { Invitation, Member, Role } from '@/shared/api/identity';
import { fakeTransport, problem, type Call } from '@/test/fakes';
import { closePage, makeMe, makeOrganisation, openAs, renderPage } from '@/test/people';
import { NewOrganisationDialog } from './NewOrganisationDialog';
import { OrganisationPage } from './OrganisationPage';

afterEach(closePage);

const member = (user_id: string, name: string, role: Role): Member => ({ user_id, name, username: null, email: `${user_id}@example.org`, avatar_url: null, role, joined_at: '2026-01-01T00:00:00Z' });
const ADA = member('ada', 'Ada Lovelace', 'admin');
const GRACE = member('grace', 'Grace Hopper', 'member');
const INVITED: Invitation = { id: 'i1', email: 'charles@example.org', role: 'member', invited_by: 'ada', created_at: '2026-01-01T00:00:00Z', expires_at: '2036-01-01T00:00:00Z' };

function organisation(members: Member[], answer: (call: Call) => ReturnType<Parameters<typeof fakeTransport>[0]> | undefined = () => undefined) {
  return fakeTransport((call) => {
    const own = answer(call);
    if (own) return own;
    if (call.path === '/members') return { body: { items: members, next_cursor: null } };
    if (call.path === '/invitations') return { body: { items: [INVITED], next_cursor: null } };
    return { status: 204 };
  });
}
const roleOf = async (name: string) => (await screen.findByRole('combobox', { name: `Role of ${name}` })) as HTMLSelectElement;

test('a new role is shown at once and sent', async () => {
  let release: (value: { body: unknown }) => void = () => undefined;
  const { calls } = organisation([ADA, GRACE], ({ method }) => (method === 'PATCH' ? new Promise((resolve) => (release = resolve)) : undefined));
  await renderPage(openAs('admin'), <OrganisationPage />);
  await userEvent.selectOptions(await roleOf('Grace Hopper'), 'viewer');
  expect((await roleOf('Grace Hopper')).value).toBe('viewer');
  release({ body: {} });
  await waitFor(() => expect(calls.find(({ method }) => method === 'PATCH')).toMatchObject({ path: '/members/grace', body: { role: 'viewer' } }));
});

test('a role that is refused goes back, and the refusal is told', async () => {
  organisation([ADA, GRACE], ({ method }) => (method === 'PATCH' ? problem(409, 'last_admin') : undefined));
  await renderPage(openAs('admin'), <OrganisationPage />);
  await userEvent.selectOptions(await roleOf('Grace Hopper'), 'viewer');
  await screen.findByText(/make somebody else admin first/);
  await waitFor(async () => expect((await roleOf('Grace Hopper')).value).toBe('member'));
});

test('the only admin cannot take it from themselves', async () => {
  organisation([ADA, GRACE]);
  await renderPage(openAs('admin'), <OrganisationPage />);
  expect((await roleOf('Ada Lovelace')).disabled).toBe(true);
  expect(screen.queryByRole('button', { name: 'Remove Ada Lovelace' })).toBeNull();
});

test('a person is removed only after a question', async () => {
  const { calls } = organisation([ADA, GRACE]);
  await renderPage(openAs('admin'), <OrganisationPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'Remove Grace Hopper' }));
  const removals = () => calls.filter(({ method }) => method === 'DELETE');
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Cancel' }));
  expect(removals()).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Remove Grace Hopper' }));
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(removals()).toMatchObject([{ path: '/members/grace' }]));
});

test.each<Role>(['viewer', 'member'])('a %s sees who belongs here, and no button that cannot work', async (role) => {
  const { calls } = organisation([ADA, GRACE]);
  await renderPage(openAs(role), <OrganisationPage />);
  await screen.findByText('Grace Hopper');
  expect(screen.queryByRole('combobox')).toBeNull();
  expect(screen.queryByRole('textbox', { name: 'Name' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Invite somebody' })).toBeNull();
  expect(screen.getByRole('button', { name: /^Leave/ })).toBeTruthy();
  expect(calls.some(({ path }) => path === '/invitations')).toBe(false);
});

test('one’s own organisation has neither invitations nor a way out', async () => {
  organisation([ADA]);
  const client = openAs('admin');
  client.setQueryData(keys.me, makeMe('admin', { organisation: makeOrganisation('admin', { personal: true }) }));
  await renderPage(client, <OrganisationPage />);
  await screen.findByText(/nobody can be invited/);
  expect(screen.queryByRole('heading', { name: 'Invitations' })).toBeNull();
  expect(screen.queryByRole('button', { name: /^Leave/ })).toBeNull();
});

test('an invitation’s address is shown once, in a dialog that does not close by itself', async () => {
  const { calls } = organisation([ADA], ({ method, path }) =>
    method === 'POST' && path === '/invitations' ? { status: 201, body: { ...INVITED, url: 'https://host/join#s3cret' } } : undefined,
  );
  await renderPage(openAs('admin'), <OrganisationPage />);
  await userEvent.click(screen.getByRole('button', { name: 'Invite somebody' }));
  await userEvent.type(screen.getByLabelText(/^E-mail/), 'charles@example.org');
  await userEvent.selectOptions(screen.getByLabelText('Role'), 'viewer');
  await userEvent.click(screen.getByRole('button', { name: 'Make invitation' }));
  const address = (await screen.findByLabelText('Address')) as HTMLInputElement;
  expect(address.value).toBe('https://host/join#s3cret');
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ email: 'charles@example.org', role: 'viewer', days: 7 });
  await userEvent.keyboard('{Escape}');
  expect(screen.getByLabelText('Address')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(screen.queryByDisplayValue('https://host/join#s3cret')).toBeNull();
});

test('a rename carries the version that it was made on', async () => {
  const { calls } = organisation([ADA], ({ method }) => (method === 'PATCH' ? { body: makeOrganisation('admin', { name: 'Engines Ltd', version: 2 }) } : undefined));
  await renderPage(openAs('admin'), <OrganisationPage />);
  const field = screen.getByRole('textbox', { name: 'Name' });
  await userEvent.clear(field);
  await userEvent.type(field, 'Engines Ltd');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(calls.find(({ method }) => method === 'PATCH')).toMatchObject({ path: '/organisation', body: { name: 'Engines Ltd' }, headers: { 'if-match': '"1"' } }));
});

test('an organisation that could not be opened is not made a second time', async () => {
  vi.spyOn(location, 'assign').mockImplementation(() => undefined);
  let failures = 1;
  const { calls } = fakeTransport(({ path }) => {
    if (path === '/organisations') return { status: 201, body: makeOrganisation('admin', { id: 'new' }) };
    failures -= 1;
    return failures === 0 ? problem(503, 'unavailable') : { body: makeMe('admin') };
  });
  await renderPage(openAs('member'), <NewOrganisationDialog onClose={() => undefined} />);
  await userEvent.type(screen.getByLabelText('Name'), 'Workshop');
  await userEvent.click(screen.getByRole('button', { name: 'Create organisation' }));
  await screen.findByRole('alert');
  await userEvent.click(screen.getByRole('button', { name: 'Create organisation' }));
  await waitFor(() => expect(location.assign).toHaveBeenCalledWith('/settings/organisation'));
  expect(calls.map(({ path }) => path)).toEqual(['/organisations', '/auth/organisation', '/auth/organisation']);
});
