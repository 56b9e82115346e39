import { useQueryClient } from '@tanstack/react-query';
import { Columns3, Rows3 } from 'lucide-react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import type { BoardSearch } from '@/shared/api/boardSearch';
import { isNotFound } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { projectCalls } from '@/shared/api/projects';
import type { Project, Uuid } from '@/shared/api/types';
import { useReadOnly } from '@/shared/identity/readOnly';
import { useProjectRights } from '@/shared/identity/useProjectRights';
import { Button } from '@/shared/ui/Button';
import { Shortcut } from '@/shared/ui/Kbd';
import { PageHeader } from '@/shared/ui/Page';
import { RestrictedSign } from '@/shared/ui/RestrictedSign';
import { Segmented } from '@/shared/ui/Segmented';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { BoardStateProvider, createBoardState, patchState, useBoardState, useBoardStore } from './boardState';
import { BulkBar } from './BulkBar';
import { CardMenu } from './CardMenu';
import { Column } from './Column';
import type { BoardColumn } from './columns';
import { FilterBar } from './FilterBar';
import { isFiltering, labelsIn } from './filter';
import { ListView } from './ListView';
import { BoardNavigationProvider, useBoardNavigation, useMakeBoardNavigation } from './navigation';
import { PropertyPicker } from './PropertyPicker';
import { QuickAdd } from './QuickAdd';
import { useBoardActions } from './useBoardActions';
import { useBoardModel } from './useBoardModel';
import { DragAndDropProvider, useLoadedDragAndDrop } from './useDragAndDrop';
import { useDrop } from './useDrop';

interface BoardPageProps {
  projectId: Uuid;
  search: BoardSearch;
  /** The open task, beside the board. */
  panel: ReactNode;
}

/** A project's board. Mount it with the project as key: focus and selection belong to one board. */
export function BoardPage(props: BoardPageProps) {
  const [state] = useState(createBoardState);
  return (
    <BoardStateProvider value={state}>
      <BoardNavigationProvider value={useMakeBoardNavigation(props.projectId)}>
        <DragAndDropProvider value={useLoadedDragAndDrop()}>
          <Board {...props} />
        </DragAndDropProvider>
      </BoardNavigationProvider>
    </BoardStateProvider>
  );
}

function Board({ projectId, search, panel }: BoardPageProps) {
  const { project, tasks, all, columns } = useBoardModel(projectId, search);
  useProjectRights(projectId);
  const labels = useMemo(() => labelsIn(all), [all]);
  const { search: changeSearch, openTaskId } = useBoardNavigation();
  const store = useBoardStore();
  const [board, setBoard] = useState<HTMLElement | null>(null);
  const isList = search.view === 'list';
  // In the list the columns lie one below the other.
  const walked = useMemo(
    () => (isList ? [{ status: 'todo' as const, title: '', tasks: columns.flatMap((column) => column.tasks) }] : columns),
    [isList, columns],
  );
  const { targets } = useBoardActions({ projectId, columns, walked, search });
  useDrop(board, columns);

  // The keys act on the open task, however it was opened.
  useEffect(() => {
    if (openTaskId) patchState(store, { focused: openTaskId });
  }, [openTaskId, store]);

  const failed = project.error ?? tasks.error;
  return (
    <div className="flex min-h-0 flex-1">
      <div data-board className="relative flex min-w-0 flex-1 flex-col">
        <PageHeader title={project.data && !failed ? <BoardTitle project={project.data} /> : failed ? 'Board' : <Skeleton className="h-4 w-32" />}>
          <Segmented
            label="View"
            iconsOnly
            value={isList ? 'list' : 'board'}
            onChange={(view) => changeSearch({ view: view === 'list' ? 'list' : undefined })}
            options={[
              { id: 'board', label: 'Board', icon: <Columns3 size={14} /> },
              { id: 'list', label: 'List', icon: <Rows3 size={14} /> },
            ]}
          />
        </PageHeader>
        {failed ? null : (
          <div className="flex h-10 shrink-0 items-center overflow-x-auto border-b px-3">
            <FilterBar search={search} labels={labels} />
          </div>
        )}
        {isNotFound(failed) ? (
          <EmptyState className="flex-1" title="This project does not exist">
            It may have been deleted for good. The sidebar lists the projects that there are.
          </EmptyState>
        ) : failed ? (
          <ErrorState className="flex-1" title="The board could not be loaded" error={failed} onRetry={() => void Promise.all([project.refetch(), tasks.refetch()])} />
        ) : project.data?.deleted_at ? (
          <DeletedProject projectId={projectId} mayRestore={project.data.my_role === 'admin'} />
        ) : tasks.data === undefined || project.data === undefined ? (
          <BoardSkeleton />
        ) : isList && all.length > 0 ? (
          <ListOrNothing projectId={projectId} columns={columns} search={search} />
        ) : (
          <div ref={setBoard} className="flex min-h-0 flex-1 snap-x snap-mandatory gap-2 overflow-x-auto bg-bg px-2 pt-1 sm:snap-none">
            {columns.map(({ status, title, tasks: shown }, i) => (
              <Column
                key={status}
                projectId={projectId}
                status={status}
                title={title}
                tasks={shown}
                filtered={isFiltering(search)}
                hint={i === 0 && all.length === 0 ? <FirstTaskHint /> : null}
              />
            ))}
          </div>
        )}
        <BulkBar projectId={projectId} targets={targets} />
        <CardMenu />
        <PropertyPicker projectId={projectId} targets={targets} labels={labels} />
      </div>
      {panel}
    </div>
  );
}

const BoardTitle = ({ project: { name, restricted } }: { project: Project }) => (
  <span className="flex min-w-0 items-center gap-1.5">
    <span className="truncate">{name}</span>
    {restricted ? <RestrictedSign /> : null}
  </span>
);

function ListOrNothing({ projectId, columns, search }: { projectId: Uuid; columns: readonly BoardColumn[]; search: BoardSearch }) {
  const store = useBoardStore();
  const adding = useBoardState((state) => state.adding);
  return (
    <>
      {adding ? (
        <div className="shrink-0 border-b px-3 pt-1.5">
          <QuickAdd projectId={projectId} status={adding} onClose={() => patchState(store, { adding: null })} />
        </div>
      ) : null}
      {columns.some((column) => column.tasks.length > 0) ? (
        <ListView columns={columns} />
      ) : (
        <EmptyState className="flex-1" title={isFiltering(search) ? 'No task matches the filters' : 'No tasks in the shown columns'} />
      )}
    </>
  );
}

function DeletedProject({ projectId, mayRestore }: { projectId: Uuid; mayRestore: boolean }) {
  const client = useQueryClient();
  const restore = async () => {
    try {
      client.setQueryData(keys.project(projectId), await projectCalls.restore(projectId));
      await client.invalidateQueries({ queryKey: keys.projects });
    } catch (error) {
      toast.failed('The project could not be restored', error);
    }
  };
  return (
    <EmptyState className="flex-1" title="This project was deleted" action={mayRestore ? <Button onClick={() => void restore()}>Restore it</Button> : undefined}>
      Its tasks are still there.
    </EmptyState>
  );
}

function FirstTaskHint() {
  const store = useBoardStore();
  if (useReadOnly()) return <p className="px-2 py-1 text-sm text-faint">No tasks yet.</p>;
  return (
    <EmptyState
      className="mt-1 rounded-lg border border-dashed p-5"
      title="Write the first task"
      action={
        <Button size="sm" variant="primary" onClick={() => patchState(store, { adding: 'todo' })}>
          New task <Shortcut keys="c" />
        </Button>
      }
    >
      Say what should be done. Then open the card to start an agent on it.
    </EmptyState>
  );
}

function BoardSkeleton() {
  return (
    <div role="status" aria-label="Loading the board" className="flex flex-1 gap-3 overflow-hidden px-3 pt-3">
      {[4, 2, 3, 1].map((cards, i) => (
        <div key={i} className="flex min-w-56 flex-1 flex-col gap-2">
          <Skeleton className="h-5 w-24" />
          {Array.from({ length: cards }, (_, j) => (
            <Skeleton key={j} className="h-20" />
          ))}
        </div>
      ))}
    </div>
  );
}
