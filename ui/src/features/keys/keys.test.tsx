import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { ApiKey } from '@/shared/api/identity';
import { fakeTransport, problem } from '@/test/fakes';
import { closePage, openAs, renderPage } from '@/test/people';
import { KeysPage } from './KeysPage';

afterEach(closePage);

const KEY: ApiKey = { id: 'k1', name: 'Nightly build', role: 'member', for_projects: false, projects: [], hint: '7fQ2', user_id: 'ada', created_at: '2026-01-01T00:00:00Z', expires_at: null, last_used_at: null };

function withKeys(list: ApiKey[]) {
  return fakeTransport(({ method, path }) => {
    if (path === '/members') return { body: { items: [], next_cursor: null } };
    if (method === 'GET') return { body: { items: list, next_cursor: null } };
    if (method === 'DELETE') return { status: 204 };
    return { status: 201, body: { ...KEY, name: 'Deploy', key: 'syk_secret' } };
  });
}

test('a key is shown the one time that it can be seen', async () => {
  const { calls } = withKeys([]);
  await renderPage(openAs('admin'), <KeysPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'New API key' }));
  await userEvent.type(screen.getByLabelText('What it is for'), 'Deploy');
  await userEvent.click(screen.getByRole('button', { name: 'Create key' }));
  expect(((await screen.findByLabelText('Key')) as HTMLInputElement).value).toBe('syk_secret');
  expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({ name: 'Deploy', role: 'member', days: 90 });
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(document.body.innerHTML).not.toContain('syk_secret');
});

test('a viewer can make no key that may do more than they', async () => {
  withKeys([]);
  await renderPage(openAs('viewer'), <KeysPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'New API key' }));
  const roles = within(screen.getByLabelText('Role')).getAllByRole('option');
  expect(roles.map((role) => role.textContent)).toEqual(['Viewer']);
});

const projects = ['Mill', 'Shop', 'Till', 'Seen'].map((name) => ({ id: name.toLowerCase(), name, my_role: name === 'Seen' ? 'editor' : 'admin' }));

test('a key for some projects is made in one go, each with its role, of those that one is an admin of', async () => {
  const { calls } = fakeTransport(({ method, path }) => {
    if (path === '/projects') return { body: { items: projects, next_cursor: null } };
    return method === 'GET' ? { body: { items: [], next_cursor: null } } : { status: 201, body: { ...KEY, key: 'syk_secret' } };
  });
  await renderPage(openAs('member'), <KeysPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'New API key' }));
  await userEvent.type(screen.getByLabelText('What it is for'), 'Deploy');
  await userEvent.click(screen.getByRole('radio', { name: 'These projects' }));
  expect(screen.queryByLabelText('Role')).toBeNull();
  const create = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Create key' });
  expect(create().disabled).toBe(true);
  const add = async (name: string) => {
    await userEvent.click(screen.getByRole('button', { name: 'Add a project' }));
    await userEvent.click(await screen.findByRole('option', { name }));
  };
  await userEvent.click(screen.getByRole('button', { name: 'Add a project' }));
  const offered = (await screen.findAllByRole('option')).map(({ textContent }) => textContent);
  expect(offered.filter((text) => projects.some(({ name }) => name === text))).toEqual(['Mill', 'Shop', 'Till']);
  await userEvent.click(screen.getByRole('option', { name: 'Till' }));
  await add('Shop');
  await add('Mill');
  await userEvent.click(screen.getByRole('button', { name: 'Leave Till out' }));
  await userEvent.selectOptions(screen.getByLabelText('Role in Mill'), 'viewer');
  await userEvent.click(create());
  await screen.findByLabelText('Key');
  const made = calls.filter(({ method }) => method === 'POST');
  expect(made.map(({ body }) => body)).toEqual([{ name: 'Deploy', role: 'member', days: 90, projects: [{ project_id: 'shop', role: 'editor' }, { project_id: 'mill', role: 'viewer' }] }]);
});

test('the list says what a key for projects reaches', async () => {
  const named = ['Mill', 'Shop', 'Till'].map((name) => ({ project_id: name, name, role: 'editor' as const }));
  withKeys([
    { ...KEY, id: 'k2', for_projects: true, projects: named },
    { ...KEY, id: 'k3', name: 'Lost', for_projects: true },
    KEY,
  ]);
  await renderPage(openAs('member'), <KeysPage />);
  const reached = await screen.findByText('Mill (editor), Shop (editor) and 1 more');
  expect(reached.title).toBe('Mill (editor), Shop (editor), Till (editor)');
  screen.getByText('Reaches nothing that you see');
  expect(screen.getAllByText('Named projects only')).toHaveLength(2);
});

test('a key is deleted only after a question', async () => {
  const { calls } = withKeys([KEY]);
  await renderPage(openAs('member'), <KeysPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'Delete the key Nightly build' }));
  expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(calls.find(({ method }) => method === 'DELETE')?.path).toBe('/keys/k1'));
});

test('what the server says of a field stands at the field', async () => {
  fakeTransport(({ method }) => (method === 'GET' ? { body: { items: [], next_cursor: null } } : problem(422, 'invalid', { errors: [{ field: 'name', message: 'Say what the key is for.' }] })));
  await renderPage(openAs('member'), <KeysPage />);
  await userEvent.click(await screen.findByRole('button', { name: 'New API key' }));
  await userEvent.type(screen.getByLabelText('What it is for'), 'x');
  await userEvent.click(screen.getByRole('button', { name: 'Create key' }));
  await screen.findByText('Say what the key is for.');
});
