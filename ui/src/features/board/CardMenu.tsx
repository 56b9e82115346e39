import { DropdownMenu as Radix } from 'radix-ui';
import { availableActions, shortcutsOf } from '@/shared/actions/actions';
import { MenuContent, MenuItem } from '@/shared/ui/Menu';
import { patchState, useBoardState, useBoardStore } from './boardState';

const DELETE = 'task.delete';

/** A card's context menu: one for the board, opened where the pointer was. */
export function CardMenu() {
  const store = useBoardStore();
  const at = useBoardState((state) => state.menuAt);
  if (!at) return null;
  const actions = availableActions().filter((action) => action.id.startsWith('task.') && action.icon !== undefined && action.id !== 'task.create');
  return (
    <Radix.Root open onOpenChange={(open) => !open && patchState(store, { menuAt: null })}>
      <Radix.Trigger asChild>
        <span aria-hidden="true" className="pointer-events-none fixed size-0" style={{ left: at.x, top: at.y }} />
      </Radix.Trigger>
      <MenuContent align="start" side="bottom" label="Task">
        {actions.map((action) => (
          // After the menu has closed and given the focus back, so that a field which the action opens keeps it.
          <MenuItem key={action.id} icon={action.icon} shortcut={shortcutsOf(action)[0]} danger={action.id === DELETE} onSelect={() => setTimeout(action.run)}>
            {action.title}
          </MenuItem>
        ))}
      </MenuContent>
    </Radix.Root>
  );
}
