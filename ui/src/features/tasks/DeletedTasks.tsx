import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { RotateCcw } from 'lucide-react';
import { useRef } from 'react';
import { keys } from '@/shared/api/keys';
import type { Task, Uuid } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { restoreTask } from '@/shared/tasks/changeTask';
import { Button } from '@/shared/ui/Button';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { StatusIcon } from '@/shared/ui/TaskIcons';
import { toast } from '@/shared/ui/toast';
import { deletedTasksQuery } from './api/deleted';

const ROW_HEIGHT = 44;
/** A list longer than this scrolls in a window of its own. */
const MOST_HEIGHT = 440;

/** The deleted tasks of a project, to get them back. */
export function DeletedTasks({ projectId }: { projectId: Uuid }) {
  const { data: tasks, error, refetch } = useQuery(deletedTasksQuery(projectId));
  if (error) return <ErrorState title="The deleted tasks could not be listed" error={error} onRetry={() => void refetch()} />;
  if (!tasks) return <SkeletonLines />;
  if (tasks.length === 0) return <p className="text-faint">No deleted tasks.</p>;
  return <DeletedList tasks={tasks} />;
}

function DeletedList({ tasks }: { tasks: Task[] }) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({ count: tasks.length, getScrollElement: () => scrollRef.current, estimateSize: () => ROW_HEIGHT, overscan: 6 });
  return (
    <div ref={scrollRef} className="overflow-y-auto rounded-lg border bg-surface" style={{ maxHeight: MOST_HEIGHT }}>
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const task = tasks[item.index];
          return task ? (
            <li key={task.id} className="absolute inset-x-0 top-0 border-b last:border-0" style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}>
              <DeletedTask task={task} />
            </li>
          ) : null;
        })}
      </ul>
    </div>
  );
}

function DeletedTask({ task }: { task: Task }) {
  const client = useQueryClient();
  const restore = async () => {
    if (!(await restoreTask(client, task.id))) return;
    toast.done(`Restored “${task.title}”`);
    await client.invalidateQueries({ queryKey: keys.deletedTasks(task.project_id) });
  };
  return (
    <div className="flex h-full items-center gap-2.5 px-3">
      <StatusIcon status={task.status} />
      <span className="min-w-0 flex-1 truncate">{task.title}</span>
      {task.deleted_at ? <RelativeTime time={task.deleted_at} className="shrink-0 text-sm text-faint" /> : null}
      <ForWriters>
        <Button size="sm" onClick={() => void restore()}>
          <RotateCcw size={13} /> Restore
        </Button>
      </ForWriters>
    </div>
  );
}
