import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { availableActions, useActions } from '@/shared/actions/actions';
import { meQuery } from '@/shared/api/login';
import { listenForShortcuts } from '@/shared/keyboard/shortcuts';
import { fakeTransport } from '@/test/fakes';
import { closePage, makeMe, openAs } from '@/test/people';
import { ForWriters } from './ForWriters';
import { readOnlyStore } from './readOnly';

afterEach(closePage);

const create = vi.fn();
const look = vi.fn();
function Page() {
  useActions([
    { id: 'task.create', title: 'New task', group: 'Board', shortcut: 'c', writes: true, run: create },
    { id: 'task.open', title: 'Open the task', group: 'Board', shortcut: 'o', run: look },
  ]);
  return (
    <ForWriters others={<p>You can look on.</p>}>
      <button>New task</button>
    </ForWriters>
  );
}

test('who may only look is offered nothing that changes something, by no key either', async () => {
  const stop = listenForShortcuts();
  readOnlyStore.set(true);
  render(<Page />);
  expect(availableActions().map(({ id }) => id)).toEqual(['task.open']);
  expect(screen.queryByRole('button')).toBeNull();
  await userEvent.keyboard('co');
  expect([create.mock.calls.length, look.mock.calls.length]).toEqual([0, 1]);
  act(() => readOnlyStore.set(false));
  expect(screen.getByRole('button', { name: 'New task' })).toBeTruthy();
  await userEvent.keyboard('c');
  expect(create).toHaveBeenCalledOnce();
  stop();
});

test('a role that changes changes it at once', async () => {
  const client = openAs('viewer');
  fakeTransport(() => ({ body: makeMe('member') }));
  await client.fetchQuery({ ...meQuery(), staleTime: 0 });
  expect(readOnlyStore.get()).toBe(false);
});
