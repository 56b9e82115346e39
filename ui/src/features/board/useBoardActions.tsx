import { useQueryClient } from '@tanstack/react-query';
import { CircleDashed, Pencil, Plus, SignalHigh, SquareArrowOutUpRight, SquareCheck, Tag, Trash2 } from 'lucide-react';
import { useActions, type Action } from '@/shared/actions/actions';
import type { BoardSearch } from '@/shared/api/boardSearch';
import { taskCache } from '@/shared/api/taskCache';
import type { Task, Uuid } from '@/shared/api/types';
import { deleteTasks } from '@/shared/tasks/bulk';
import { moveTasks, placeAt, placeOf } from '@/shared/tasks/move';
import { clearSelection, patchState, toggleSelected, useBoardStore } from './boardState';
import { neighbour, type BoardColumn, type Direction } from './columns';
import { SEARCH_FIELD_ID } from './FilterBar';
import { useBoardNavigation } from './navigation';

const KEYS: Record<Direction, [arrow: string, letter: string]> = {
  up: ['arrowup', 'k'],
  down: ['arrowdown', 'j'],
  left: ['arrowleft', 'h'],
  right: ['arrowright', 'l'],
};

interface BoardActionsInput {
  projectId: Uuid;
  columns: readonly BoardColumn[];
  /** The columns as the focus walks through them: one below the other in the list. */
  walked: readonly BoardColumn[];
  search: BoardSearch;
}

/** Everything that the keys, the palette and the menus can do on a board. Returns what they act on. */
export function useBoardActions({ projectId, columns, walked, search }: BoardActionsInput): { targets: () => Task[] } {
  const client = useQueryClient();
  const store = useBoardStore();
  const { openTask, search: changeSearch } = useBoardNavigation();

  const inOrder = (ids: ReadonlySet<Uuid>): Task[] => columns.flatMap((column) => column.tasks.filter((task) => ids.has(task.id)));
  const targets = (): Task[] => {
    const { selected, focused } = store.get();
    return inOrder(selected.size > 0 ? selected : new Set(focused ? [focused] : []));
  };
  const hasTarget = () => targets().length > 0;
  const focusedTask = (): Task | undefined => inOrder(new Set([store.get().focused ?? '']))[0];

  const focus = (direction: Direction) => {
    const next = neighbour(walked, store.get().focused, direction);
    if (next) patchState(store, { focused: next.id });
  };

  const move = (direction: Direction) => {
    const task = focusedTask();
    const x = columns.findIndex((column) => column.status === task?.status);
    const column = columns[x];
    if (!task || !column) return;
    const y = column.tasks.findIndex((each) => each.id === task.id);
    const target = direction === 'left' ? columns[x - 1] : direction === 'right' ? columns[x + 1] : column;
    if (!target) return;
    // In its own column the card passes one neighbour; in another it keeps its height.
    const index = direction === 'up' ? y - 1 : direction === 'down' ? y + 2 : Math.min(y, target.tasks.length);
    if (index < 0 || (target === column && index > column.tasks.length)) return;
    const place = placeAt(target.status, target.tasks, index, new Set([task.id]));
    void moveTasks(client, [task], place, target.title, [placeOf(task, column.tasks)]);
  };

  const directions = Object.entries(KEYS) as [Direction, [string, string]][];
  const actions: Action[] = [
    {
      id: 'task.create',
      writes: true,
      title: 'New task',
      group: 'Board',
      icon: <Plus size={14} />,
      shortcut: 'c',
      run: () => patchState(store, { adding: focusedTask()?.status ?? columns[0]?.status ?? 'todo' }),
    },
    { id: 'board.search', title: 'Search this board', group: 'Board', shortcut: '/', run: () => document.getElementById(SEARCH_FIELD_ID)?.focus() },
    {
      id: 'board.view',
      title: search.view === 'list' ? 'Show as a board' : 'Show as a list',
      group: 'Board',
      shortcut: 'v',
      run: () => changeSearch({ view: search.view === 'list' ? undefined : 'list' }),
    },
    ...directions.map(([direction, shortcut]): Action => ({
      id: `board.focus-${direction}`,
      title: `Focus the card ${direction === 'up' ? 'above' : direction === 'down' ? 'below' : `to the ${direction}`}`,
      group: 'Board',
      shortcut,
      paletteHidden: true,
      run: () => focus(direction),
    })),
    ...directions.map(([direction, [arrow]]): Action => ({
      id: `task.move-${direction}`,
      writes: true,
      title: `Move the card ${direction}`,
      group: 'Task',
      shortcut: `shift+${arrow}`,
      paletteHidden: true,
      run: () => move(direction),
    })),
    {
      id: 'task.open',
      title: 'Open the task',
      group: 'Task',
      icon: <SquareArrowOutUpRight size={14} />,
      shortcut: ['enter', 'o'],
      when: () => focusedTask() !== undefined,
      run: () => {
        const task = focusedTask();
        if (task) openTask(task.id);
      },
    },
    {
      id: 'task.edit-title',
      writes: true,
      title: 'Edit the title',
      group: 'Task',
      icon: <Pencil size={14} />,
      shortcut: 'e',
      when: () => focusedTask() !== undefined && search.view !== 'list',
      run: () => patchState(store, { editing: store.get().focused }),
    },
    { id: 'task.set-status', writes: true, title: 'Set the status…', group: 'Task', icon: <CircleDashed size={14} />, shortcut: 's', when: hasTarget, run: () => patchState(store, { picking: 'status' }) },
    { id: 'task.set-priority', writes: true, title: 'Set the priority…', group: 'Task', icon: <SignalHigh size={14} />, shortcut: 'p', when: hasTarget, run: () => patchState(store, { picking: 'priority' }) },
    { id: 'task.set-labels', writes: true, title: 'Set labels…', group: 'Task', icon: <Tag size={14} />, shortcut: ['t', 'shift+l'], when: hasTarget, run: () => patchState(store, { picking: 'labels' }) },
    {
      id: 'task.select',
      writes: true,
      title: 'Select or deselect the card',
      group: 'Task',
      icon: <SquareCheck size={14} />,
      shortcut: 'x',
      when: () => focusedTask() !== undefined,
      run: () => {
        const task = focusedTask();
        if (task) toggleSelected(store, task.id);
      },
    },
    {
      id: 'board.select-all',
      writes: true,
      title: 'Select all shown tasks',
      group: 'Board',
      shortcut: 'mod+a',
      run: () => patchState(store, { selected: new Set(columns.flatMap((column) => column.tasks.map((task) => task.id))) }),
    },
    {
      id: 'task.delete',
      writes: true,
      title: 'Delete the task',
      group: 'Task',
      icon: <Trash2 size={14} />,
      shortcut: 'mod+backspace',
      when: hasTarget,
      run: () => {
        const tasks = targets();
        clearSelection(store);
        void deleteTasks(client, projectId, tasks.map((task) => taskCache(client).get(task.id, projectId) ?? task));
      },
    },
    {
      id: 'board.clear',
      title: 'Clear the selection',
      group: 'Board',
      shortcut: 'escape',
      paletteHidden: true,
      when: () => store.get().selected.size > 0,
      run: () => clearSelection(store),
    },
  ];
  useActions(actions);
  return { targets };
}
