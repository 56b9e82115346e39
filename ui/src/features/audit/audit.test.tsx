import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { AuditEntry } from '@/shared/api/identity';
import { fakeTransport, problem } from '@/test/fakes';
import { closePage, openAs, renderPage } from '@/test/people';
import { AuditPage } from './AuditPage';
import { AuditRow } from './AuditRow';

afterEach(closePage);

const entry = (n: number, patch: Partial<AuditEntry> = {}): AuditEntry => ({ id: `e${n}`, user: { id: 'grace', name: 'Grace Hopper' }, action: 'task.create', entity_type: 'task', entity_id: `t${n}`, details: { title: `Task ${n}` }, at: '2026-01-01T00:00:00Z', ...patch });

function log(pages: AuditEntry[][]) {
  return fakeTransport(({ path }) => {
    if (path.startsWith('/members')) return { body: { items: [], next_cursor: null } };
    const at = Number(/cursor=(\d+)/.exec(path)?.[1] ?? 0);
    return { body: { items: pages[at] ?? [], next_cursor: at + 1 < pages.length ? String(at + 1) : null } };
  });
}

test('the filters of the address are asked for, and exported alike', async () => {
  const { calls } = log([[]]);
  await renderPage(openAs('admin'), <AuditPage search={{ user: 'grace', action: 'task', type: 'task', id: 't1' }} onSearch={() => undefined} />);
  await screen.findByText('Nothing matches these filters');
  const query = 'user_id=grace&action=task&entity_type=task&entity_id=t1';
  expect(calls.map(({ path }) => path)).toContain(`/audit?${query}&limit=100`);
  expect(screen.getByRole('link', { name: 'Export' }).getAttribute('href')).toBe(`/api/audit/export?${query}`);
});

test('older entries are read by themselves up to where the log begins', async () => {
  const { calls } = log([[entry(1)], [entry(2)], [entry(3)]]);
  await renderPage(openAs('admin'), <AuditPage search={{}} onSearch={() => undefined} />);
  await screen.findByText('This is where the log begins.');
  expect(calls.filter(({ path }) => path.startsWith('/audit'))).toHaveLength(3);
});

test('an entry opens, and leads to what else happened to its thing', async () => {
  const onOnly = vi.fn();
  const onToggle = vi.fn();
  const row = (isOpen: boolean) => <AuditRow entry={entry(1, { action: 'login.refused', details: { reason: 'credentials_invalid' } })} isOpen={isOpen} onToggle={onToggle} onOnly={onOnly} />;
  const { rerender } = render(row(false));
  const line = screen.getByRole('button', { name: /Grace Hopper.*Login: refused.*reason credentials_invalid/ });
  await userEvent.click(line);
  expect(onToggle).toHaveBeenCalledOnce();
  rerender(row(true));
  expect(line.getAttribute('aria-expanded')).toBe('true');
  await userEvent.click(screen.getByRole('button', { name: 'only this one' }));
  expect(onOnly).toHaveBeenCalledWith({ type: 'task', id: 't1' });
});

test('what is typed as an action is searched for once it rests', async () => {
  log([[]]);
  const onSearch = vi.fn();
  await renderPage(openAs('member'), <AuditPage search={{}} onSearch={onSearch} />);
  await userEvent.type(screen.getByLabelText('Action'), 'login');
  await waitFor(() => expect(onSearch).toHaveBeenCalledExactlyOnceWith({ action: 'login' }));
  // Others than admins see their own entries alone.
  expect(screen.queryByLabelText('Person')).toBeNull();
});

test('a log that cannot be read says so, and is tried again', async () => {
  let fails = true;
  fakeTransport(({ path }) => (path.startsWith('/audit') && fails ? problem(500, 'internal') : { body: { items: [], next_cursor: null } }));
  await renderPage(openAs('admin'), <AuditPage search={{}} onSearch={() => undefined} />);
  fails = false;
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  await screen.findByText('Nothing has happened yet');
});
