import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Link2, Trash2, X } from 'lucide-react';
import { useCallback, type ReactNode } from 'react';
import { useActions } from '@/shared/actions/actions';
import { isNotFound } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { taskQuery } from '@/shared/api/tasks';
import type { Task, Uuid } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { isTypingTarget } from '@/shared/keyboard/chord';
import { deleteTask, restoreTask } from '@/shared/tasks/changeTask';
import { Button, IconButton } from '@/shared/ui/Button';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { Description } from './Description';
import { Properties } from './Properties';
import { TitleField } from './TitleField';

interface TaskPanelProps {
  projectId: Uuid;
  taskId: Uuid;
  onClose: () => void;
  /** What is being done about the task. */
  workspaces: ReactNode;
}

/** A task beside its board; the whole page at phone width. Mount it with the task as key. */
export function TaskPanel({ projectId, taskId, onClose, workspaces }: TaskPanelProps) {
  const client = useQueryClient();
  const { data: task, error, refetch } = useQuery(taskQuery(client, taskId, projectId));
  useActions([{ id: 'task.close', title: 'Close the task', group: 'Task', shortcut: 'escape', run: onClose }]);

  // Reading goes on in what was opened; typing stays where it was.
  const focusPanel = useCallback((panel: HTMLElement | null) => {
    if (!isTypingTarget(document.activeElement)) panel?.focus({ preventScroll: true });
  }, []);

  return (
    <aside
      ref={focusPanel}
      tabIndex={-1}
      aria-label={task ? `Task: ${task.title}` : 'Task'}
      className="slide-in-right fixed inset-0 z-30 flex flex-col bg-bg outline-none md:static md:z-auto md:w-[min(600px,48vw)] md:shrink-0 md:border-l"
    >
      <header className="flex h-11 shrink-0 items-center gap-1 border-b pr-2 pl-4">
        <span className="flex-1 text-sm text-faint">
          {task ? (
            <>
              Updated <RelativeTime time={task.updated_at} />
            </>
          ) : null}
        </span>
        {task ? <TaskMenu task={task} onClose={onClose} /> : null}
        <IconButton label="Close (Esc)" onClick={onClose}>
          <X size={15} />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex flex-col gap-4 px-4 py-4 sm:px-5">
          {task ? (
            <>
              {task.deleted_at ? <DeletedNotice task={task} /> : null}
              <TitleField task={task} />
              <Properties task={task} />
              <Description task={task} />
              {workspaces}
              <p className="text-sm text-faint">
                Created <RelativeTime time={task.created_at} />
              </p>
            </>
          ) : isNotFound(error) ? (
            <EmptyState title="This task does not exist">It may have been deleted. The project's trash keeps deleted tasks.</EmptyState>
          ) : error ? (
            <ErrorState title="The task could not be loaded" error={error} onRetry={() => void refetch()} />
          ) : (
            <SkeletonLines lines={6} label="Loading the task" />
          )}
        </div>
      </div>
    </aside>
  );
}

function DeletedNotice({ task }: { task: Task }) {
  const client = useQueryClient();
  const restore = async () => {
    if (await restoreTask(client, task.id)) await client.invalidateQueries({ queryKey: keys.task(task.id) });
  };
  return (
    <div role="status" className="flex items-center gap-3 rounded-lg bg-warning-soft px-3 py-2 text-warning">
      <p className="flex-1">This task was deleted.</p>
      <ForWriters>
        <Button size="sm" onClick={() => void restore()}>
          Restore it
        </Button>
      </ForWriters>
    </div>
  );
}

function TaskMenu({ task, onClose }: { task: Task; onClose: () => void }) {
  const client = useQueryClient();
  const copyLink = () => void navigator.clipboard.writeText(location.href).then(() => toast.done('Link copied'));
  const remove = () => {
    onClose();
    void deleteTask(client, task);
  };
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="More">
          <Ellipsis size={15} />
        </IconButton>
      }
    >
      <MenuItem icon={<Link2 size={14} />} onSelect={copyLink}>
        Copy the link
      </MenuItem>
      <ForWriters>
        <MenuSeparator />
        <MenuItem icon={<Trash2 size={14} />} danger onSelect={remove}>
          Delete the task
        </MenuItem>
      </ForWriters>
    </Menu>
  );
}
