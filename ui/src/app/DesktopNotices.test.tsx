import { createMemoryHistory, createRootRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { actionGroups } from '@/shared/actions/actions';
import { setShell, type Notice } from '@/shared/transport/shell';
import { DesktopNotices } from './DesktopNotices';

afterEach(() => {
  setShell(null);
  actionGroups.set([]);
});

async function inTheApp() {
  let tell: (notice: Notice) => void = () => {};
  const quit = vi.fn();
  setShell({ pickFolder: async () => null, notify: () => {}, quit, listen: (listener) => (tell = listener) });
  const rootRoute = createRootRoute({
    component: () => (
      <>
        <Outlet />
        <DesktopNotices />
      </>
    ),
    notFoundComponent: () => null,
  });
  const router = createRouter({ routeTree: rootRoute, history: createMemoryHistory({ initialEntries: ['/'] }) });
  await router.load();
  render(<RouterProvider router={router as never} />);
  return { quit, router, tell: (notice: Notice) => act(async () => tell(notice)) };
}

test('a link that was opened on the desktop shows its page', async () => {
  const { router, tell } = await inTheApp();
  await tell({ kind: 'open', path: '/approvals' });
  expect(router.state.location.pathname).toBe('/approvals');
});

test('a menu runs the action that the page offers under that name', async () => {
  const { tell } = await inTheApp();
  const run = vi.fn();
  actionGroups.set([[{ id: 'go.settings', title: 'Go to settings', group: 'Go to', run }]]);
  await tell({ kind: 'action', id: 'go.settings' });
  await tell({ kind: 'action', id: 'not.there' });
  expect(run).toHaveBeenCalledOnce();
});

test('closing with agents at work asks, and only an answer closes', async () => {
  const { quit, tell } = await inTheApp();
  await tell({ kind: 'quit', agents: 2, terminals: 0 });
  expect(screen.getByRole('dialog', { name: '2 agents are at work' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(quit).toHaveBeenLastCalledWith('stay');
  await tell({ kind: 'quit', agents: 1, terminals: 0 });
  await userEvent.click(screen.getByRole('button', { name: 'Keep running and quit' }));
  expect(quit).toHaveBeenLastCalledWith('keep');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test.each([
  [{ agents: 1, terminals: 0 }, 'An agent is at work', 'Stopped, agents’ sessions can be resumed.'],
  [{ agents: 0, terminals: 1 }, 'A program is running in a terminal', 'Stopped, terminals are closed with what runs in them.'],
  [{ agents: 0, terminals: 3 }, 'A program is running in 3 terminals', 'Stopped, terminals are closed with what runs in them.'],
  [{ agents: 2, terminals: 1 }, '2 agents are at work, and a program is running in a terminal', 'Stopped, agents’ sessions can be resumed, terminals are closed with what runs in them.'],
])('it says what is at work and what stopping does: %j', async (atWork, title, losses) => {
  const { tell } = await inTheApp();
  await tell({ kind: 'quit', ...atWork });
  expect(screen.getByRole('dialog', { name: title }).textContent).toContain(losses);
});
