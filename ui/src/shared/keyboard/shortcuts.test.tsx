import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { availableActions, useActions, type Action } from '@/shared/actions/actions';
import { listenForShortcuts } from './shortcuts';

let stop: () => void;
beforeEach(() => (stop = listenForShortcuts()));
afterEach(() => stop());

function Page({ actions }: { actions: Action[] }) {
  useActions(actions);
  return <input aria-label="field" />;
}

const action = (id: string, shortcut: Action['shortcut'], more: Partial<Action> = {}) => ({ id, title: id, group: 'Test', ...(shortcut ? { shortcut } : {}), run: vi.fn(), ...more });

test('a key runs its action, and a sequence of two keys runs its own', async () => {
  const create = action('create', 'c');
  const go = action('go', 'g b');
  render(<Page actions={[create, go]} />);
  await userEvent.keyboard('c');
  await userEvent.keyboard('gb');
  expect(create.run).toHaveBeenCalledOnce();
  expect(go.run).toHaveBeenCalledOnce();
});

test('typing in a field is typing, but chords that are meant for fields work there', async () => {
  const create = action('create', 'c');
  const palette = action('palette', 'mod+k', { inFields: true });
  const view = render(<Page actions={[create, palette]} />);
  await userEvent.type(view.getByLabelText('field'), 'c');
  await userEvent.keyboard('{Control>}k{/Control}');
  expect(create.run).not.toHaveBeenCalled();
  expect(palette.run).toHaveBeenCalledOnce();
});

test('shift is part of a chord with letters and arrows, not with signs', async () => {
  const move = action('move', 'shift+arrowup');
  const help = action('help', '?');
  render(<Page actions={[move, help]} />);
  await userEvent.keyboard('{Shift>}{ArrowUp}?{/Shift}');
  expect(move.run).toHaveBeenCalledOnce();
  expect(help.run).toHaveBeenCalledOnce();
});

test('what is mounted last wins, and an action that does not apply is neither offered nor run', async () => {
  const outer = action('outer', 'escape');
  const inner = action('inner', 'escape');
  const never = action('never', 'n', { when: () => false });
  render(
    <>
      <Page actions={[outer, never]} />
      <Page actions={[inner]} />
    </>,
  );
  await userEvent.keyboard('{Escape}n');
  expect(inner.run).toHaveBeenCalledOnce();
  expect(outer.run).not.toHaveBeenCalled();
  expect(never.run).not.toHaveBeenCalled();
  expect(availableActions().map(({ id }) => id)).toEqual(['outer', 'inner']);
});

test('actions go with the component that offers them', async () => {
  const create = action('create', 'c');
  const view = render(<Page actions={[create]} />);
  view.unmount();
  await userEvent.keyboard('c');
  expect(create.run).not.toHaveBeenCalled();
});
