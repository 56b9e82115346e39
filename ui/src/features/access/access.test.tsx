import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { Access, AccessEntry, ApiKey, Group, Member, ProjectRole, Role } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { fakeTransport, type Call } from '@/test/fakes';
import { closePage, makeMe, openAs, renderPage } from '@/test/people';
import { AccessSettings } from './AccessSettings';
import { lockingOut, withMaker } from './list';

afterEach(closePage);

const entry = (kind: AccessEntry['subject']['kind'], id: string, name: string, role: ProjectRole): AccessEntry => ({ subject: { kind, id, name }, role });
const ADA = entry('user', 'ada', 'Ada Lovelace', 'admin');
const GRACE: Member = { user_id: 'grace', name: 'Grace Hopper', username: 'grace.h', email: 'grace@example.org', avatar_url: null, role: 'member', joined_at: '2026-01-01T00:00:00Z' };
const DESIGN: Group = { id: 'design', name: 'Design', source: 'admin', member_count: 2, created_at: '2026-01-01T00:00:00Z', version: 1 };
const KEY: ApiKey = { id: 'k1', name: 'Nightly build', role: 'member', for_projects: false, projects: [], hint: '7fQ2', user_id: 'ada', created_at: '2026-01-01T00:00:00Z', expires_at: null, last_used_at: null };

async function open(access: Access, role: Role = 'member', mine: ProjectRole = 'admin') {
  const { calls } = fakeTransport((call: Call) => {
    if (call.method === 'PUT') return { body: { ...access, version: access.version + 1, restricted: (call.body as Access).restricted, entries: (call.body as Access).entries.map(({ subject, ...rest }) => ({ ...rest, subject: { ...subject, name: subject.id } })) } };
    const lists: Record<string, unknown[]> = { '/members': [GRACE], '/groups': [DESIGN], '/keys': [KEY], '/projects': [] };
    if (call.path in lists) return { body: { items: lists[call.path], next_cursor: null } };
    return { body: call.path.endsWith('/access') ? access : {} };
  });
  const client = openAs(role);
  client.setQueryData(keys.project('p1'), { id: 'p1', name: 'Payroll', my_role: mine, restricted: access.restricted });
  await renderPage(client, <AccessSettings projectId="p1" />);
  await screen.findByRole('switch', { name: /Only these people/ });
  return { sent: () => calls.filter(({ method }) => method === 'PUT').map(({ body }) => body) };
}
const save = () => userEvent.click(screen.getByRole('button', { name: 'Save' }));
const add = async (button: RegExp, name: string) => {
  await userEvent.click(screen.getByRole('button', { name: button }));
  await userEvent.click(await screen.findByRole('option', { name: new RegExp(name) }));
};

test('whoever restricts a project is its admin from the first, and adds others with a role', async () => {
  const { sent } = await open({ restricted: false, version: 1, entries: [] });
  expect(screen.queryByRole('list', { name: 'Who may see this project' })).toBeNull();
  await userEvent.click(screen.getByRole('switch'));
  const list = screen.getByRole('list', { name: 'Who may see this project' });
  expect(within(list).getByText('Ada Lovelace')).toBeTruthy();
  await add(/^Add people/, 'Grace Hopper');
  await add(/^Add people/, 'Design');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Role of Design' }), 'viewer');
  await save();
  await waitFor(() => expect(sent()).toEqual([{ restricted: true, entries: [
    { subject: { kind: 'user', id: 'ada' }, role: 'admin' },
    { subject: { kind: 'user', id: 'grace' }, role: 'editor' },
    { subject: { kind: 'group', id: 'design' }, role: 'viewer' },
  ] }]));
});

test('one is asked before one locks oneself out', async () => {
  const { sent } = await open({ restricted: true, version: 3, entries: [ADA] });
  await userEvent.click(screen.getByRole('button', { name: 'Take Ada Lovelace off the list' }));
  await save();
  await userEvent.click(within(await screen.findByRole('alertdialog', { name: 'Lock yourself out?' })).getByRole('button', { name: 'Cancel' }));
  expect(sent()).toEqual([]);
  await save();
  await userEvent.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(sent()).toEqual([{ restricted: true, entries: [] }]));
});

test('a key is kept to a project only after a question', async () => {
  const { sent } = await open({ restricted: false, version: 1, entries: [] });
  await add(/^Keep an API key/, 'Nightly build');
  await userEvent.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Add the key' }));
  await screen.findByText('API key, for projects that name it alone');
  await save();
  await waitFor(() => expect(sent()).toEqual([{ restricted: false, entries: [{ subject: { kind: 'api_key', id: 'k1' }, role: 'editor' }] }]));
});

test.each<ProjectRole>(['viewer', 'editor'])('a project’s %s sees who may see it, and no button that cannot work', async (mine) => {
  await open({ restricted: true, version: 1, entries: [ADA] }, 'member', mine);
  expect(screen.getByText('Ada Lovelace')).toBeTruthy();
  expect((screen.getByRole('switch') as HTMLButtonElement).disabled).toBe(true);
  expect(screen.queryByRole('combobox')).toBeNull();
  expect(screen.queryByRole('button', { name: /^(Add|Take)/ })).toBeNull();
});

test('who looks after the organisation cannot lock themselves out', () => {
  const before: Access = { restricted: true, version: 1, entries: [ADA] };
  const empty: Access = { ...before, entries: [] };
  expect(lockingOut(before, empty, makeMe('admin'))).toBeNull();
  expect(lockingOut(before, empty, makeMe('member'))?.title).toBe('Lock yourself out?');
  expect(lockingOut(before, { ...before, entries: [{ ...ADA, role: 'editor' }] }, makeMe('member'))?.title).toBe('Give up being admin here?');
  expect(lockingOut(before, before, makeMe('member'))).toBeNull();
  expect(withMaker([{ ...ADA, role: 'viewer' }], makeMe('member'))).toEqual([ADA]);
});
