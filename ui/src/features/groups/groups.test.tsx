import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { Group, GroupMember, Member, Role } from '@/shared/api/identity';
import { fakeTransport, problem, type Call } from '@/test/fakes';
import { closePage, openAs, renderPage } from '@/test/people';
import { GroupsPage } from './GroupsPage';

afterEach(closePage);

const group = (id: string, name: string, patch: Partial<Group> = {}): Group => ({ id, name, source: 'admin', member_count: 0, created_at: '2026-01-01T00:00:00Z', version: 1, ...patch });
const person = (user_id: string, name: string): GroupMember => ({ user_id, name, username: null, avatar_url: null });
const member = (user_id: string, name: string): Member => ({ ...person(user_id, name), email: `${user_id}@example.org`, role: 'member', joined_at: '2026-01-01T00:00:00Z' });

async function open(groups: Group[], role: Role = 'admin', people: GroupMember[] = [], answer: (call: Call) => ReturnType<Parameters<typeof fakeTransport>[0]> | undefined = () => undefined) {
  const { calls } = fakeTransport((call) => {
    const own = answer(call);
    if (own) return own;
    if (call.method === 'POST') return { status: 201, body: group('new', (call.body as { name: string }).name) };
    if (call.path === '/groups') return { body: { items: groups, next_cursor: null } };
    if (call.path === '/members') return { body: { items: [member('ada', 'Ada Lovelace'), member('grace', 'Grace Hopper')], next_cursor: null } };
    if (call.path.endsWith('/members')) return { body: { items: people, next_cursor: null } };
    return { body: group('design', 'Design') };
  });
  await renderPage(openAs(role), <GroupsPage />);
  return { changes: () => calls.filter(({ method }) => method !== 'GET').map(({ method, path, body }) => ({ method, path, body })) };
}

test('a group is made, and opened to put people into', async () => {
  const { changes } = await open([]);
  await screen.findByRole('heading', { name: 'No groups yet' });
  await userEvent.click(screen.getByRole('button', { name: 'New group' }));
  await userEvent.type(within(screen.getByRole('dialog')).getByLabelText('Name'), 'Design');
  await userEvent.click(screen.getByRole('button', { name: 'Create group' }));
  await screen.findByRole('dialog', { name: 'Design' });
  expect(changes()).toMatchObject([{ method: 'POST', path: '/groups', body: { name: 'Design' } }]);
});

test('a name that is taken is told where it was typed', async () => {
  await open([], 'admin', [], ({ method }) => (method === 'POST' ? problem(409, 'group_exists') : undefined));
  await userEvent.click(await screen.findByRole('button', { name: 'New group' }));
  const name = within(screen.getByRole('dialog')).getByLabelText('Name');
  await userEvent.type(name, 'Design');
  await userEvent.click(screen.getByRole('button', { name: 'Create group' }));
  await waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'));
});

test('people are put in and taken out', async () => {
  const { changes } = await open([group('design', 'Design', { member_count: 1 })], 'admin', [person('ada', 'Ada Lovelace')]);
  await userEvent.click(await screen.findByRole('button', { name: /^Design/ }));
  await userEvent.click(await screen.findByRole('button', { name: 'Take Ada Lovelace out' }));
  await userEvent.click(screen.getByRole('button', { name: 'Add a person' }));
  await userEvent.click(await screen.findByRole('option', { name: /Grace Hopper/ }));
  await waitFor(() => expect(changes()).toMatchObject([{ method: 'DELETE', path: '/groups/design/members/ada' }, { method: 'PUT', path: '/groups/design/members/grace' }]));
});

test('a group goes only after a question', async () => {
  const { changes } = await open([group('design', 'Design')]);
  await userEvent.click(await screen.findByRole('button', { name: 'Delete the group Design' }));
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Cancel' }));
  expect(changes()).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Delete the group Design' }));
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(changes()).toMatchObject([{ method: 'DELETE', path: '/groups/design' }]));
});

test('a group of the identity proxy is looked at and not changed', async () => {
  await open([group('ops', 'ops', { source: 'proxy', member_count: 1 })], 'admin', [person('ada', 'Ada Lovelace')]);
  await userEvent.click(await screen.findByRole('button', { name: /^ops/ }));
  const dialog = await screen.findByRole('dialog', { name: 'ops' });
  await within(dialog).findByText('Ada Lovelace');
  expect(within(dialog).queryByLabelText('Name')).toBeNull();
  expect(within(dialog).queryByRole('button', { name: /^(Add|Take)/ })).toBeNull();
});

test.each<Role>(['viewer', 'member'])('a %s sees the groups, and no button that cannot work', async (role) => {
  await open([group('design', 'Design')], role);
  await screen.findByText('Design');
  expect(screen.queryByRole('button', { name: 'New group' })).toBeNull();
  expect(screen.queryByRole('button', { name: /^Delete/ })).toBeNull();
});
