import { useNavigate, useParams } from '@tanstack/react-router';
import { createContext, useCallback, useContext, useMemo } from 'react';
import type { BoardSearch } from '@/shared/api/boardSearch';
import type { Uuid } from '@/shared/api/types';

interface BoardNavigation {
  openTaskId: Uuid | undefined;
  openTask: (id: Uuid) => void;
  taskHref: (id: Uuid) => string;
  /** Changes the filters in the address. */
  search: (change: Partial<Record<keyof BoardSearch, BoardSearch[keyof BoardSearch] | undefined>>) => void;
}

const Context = createContext<BoardNavigation | null>(null);
export const BoardNavigationProvider = Context.Provider;

export function useBoardNavigation(): BoardNavigation {
  const navigation = useContext(Context);
  if (!navigation) throw new Error('A board component must stand inside BoardNavigationProvider.');
  return navigation;
}

const TASK = '/projects/$projectId/tasks/$taskId';

/** One for the whole board: a router link for each of hundreds of cards would cost frames. */
export function useMakeBoardNavigation(projectId: Uuid): BoardNavigation {
  const navigate = useNavigate();
  const { taskId: openTaskId } = useParams({ strict: false });

  const openTask = useCallback(
    (taskId: Uuid) => void navigate({ to: TASK, params: { projectId, taskId }, search: (current) => current }),
    [navigate, projectId],
  );
  const taskHref = useCallback((taskId: Uuid) => TASK.replace('$projectId', projectId).replace('$taskId', taskId), [projectId]);
  const search = useCallback<BoardNavigation['search']>(
    (change) =>
      void navigate({
        to: '.',
        replace: true,
        search: (current) => Object.fromEntries(Object.entries({ ...current, ...change }).filter(([, value]) => value !== undefined)),
      }),
    [navigate],
  );
  return useMemo(() => ({ openTaskId, openTask, taskHref, search }), [openTaskId, openTask, taskHref, search]);
}
