import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { Task, TaskStatus } from '@/shared/api/types';
import { SessionPill } from '@/shared/agents/SessionPill';
import { Labels } from '@/shared/tasks/Labels';
import { cn } from '@/shared/ui/cn';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { PriorityIcon, priorityLabel, StatusIcon, statusLabel } from '@/shared/ui/TaskIcons';
import { patchState, toggleSelected, useBoardState, useBoardStore, useCardState } from './boardState';
import { bringIntoView } from './bringIntoView';
import type { BoardColumn } from './columns';
import { useBoardNavigation } from './navigation';
import { takeFocus } from './takeFocus';
import { useReveal } from './useReveal';

const ROW_HEIGHT = 36;
const OVERSCAN = 12;

type Row = { heading: BoardColumn } | { task: Task };

/** The same tasks, dense: a heading for each status and a line for each task. */
export function ListView({ columns }: { columns: readonly BoardColumn[] }) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const focused = useBoardState((state) => state.focused);
  const rows = useMemo(
    () => columns.filter(({ tasks }) => tasks.length > 0).flatMap<Row>((column) => [{ heading: column }, ...column.tasks.map((task) => ({ task }))]),
    [columns],
  );
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const tasks = useMemo(() => rows.map((row) => ('task' in row ? row.task : null)), [rows]);
  useReveal(tasks, virtualizer);
  const focusedIndex = useMemo(() => rows.findIndex((row) => 'task' in row && row.task.id === focused), [rows, focused]);
  useEffect(() => {
    if (focusedIndex >= 0) bringIntoView(virtualizer, focusedIndex);
  }, [focusedIndex, virtualizer]);

  return (
    <div ref={scrollRef} className="min-h-0 flex-1 overflow-y-auto">
      <div role="list" aria-label="Tasks" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={item.key}
              role="listitem"
              className="absolute inset-x-0 [contain:size_layout_style]"
              style={{ height: ROW_HEIGHT, top: item.start }}
            >
              {'task' in row ? <TaskRow task={row.task} /> : <Heading status={row.heading.status} title={row.heading.title} count={row.heading.tasks.length} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const Heading = ({ status, title, count }: { status: TaskStatus; title: string; count: number }) => (
  <div className="flex h-full items-center gap-2 border-b bg-sunken px-4">
    <StatusIcon status={status} />
    <h2 className="font-medium">{title}</h2>
    <span className="text-faint tabular-nums">{count}</span>
  </div>
);

const TaskRow = memo(function TaskRow({ task }: { task: Task }) {
  const store = useBoardStore();
  const { focused, selected, added } = useCardState(task.id);
  const { openTask, taskHref, openTaskId } = useBoardNavigation();
  const linkRef = useRef<HTMLAnchorElement>(null);
  useLayoutEffect(() => {
    if (focused) takeFocus(linkRef.current);
  }, [focused, openTaskId]);

  return (
    <div
      onContextMenu={(event) => {
        event.preventDefault();
        patchState(store, { focused: task.id, menuAt: { x: event.clientX, y: event.clientY } });
      }}
      className={cn('group flex h-full items-center gap-2.5 border-b px-4 hover:bg-hover', (selected || openTaskId === task.id) && 'bg-accent-soft hover:bg-accent-soft', added && 'just-added')}
    >
      <input
        type="checkbox"
        aria-label={`Select ${task.title}`}
        checked={selected}
        tabIndex={-1}
        onChange={() => toggleSelected(store, task.id)}
        className={cn('size-3.5 shrink-0 accent-(--accent) max-sm:hidden', !selected && 'opacity-0 group-hover:opacity-100 focus-visible:opacity-100')}
      />
      <span title={priorityLabel(task.priority)} className="flex">
        <PriorityIcon priority={task.priority} />
      </span>
      <span title={statusLabel(task.status)} className="flex">
        <StatusIcon status={task.status} />
      </span>
      <a
        ref={linkRef}
        href={taskHref(task.id)}
        tabIndex={focused ? 0 : -1}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey) return;
          event.preventDefault();
          if (event.shiftKey) toggleSelected(store, task.id);
          else openTask(task.id);
        }}
        onFocus={() => patchState(store, { focused: task.id })}
        className="min-w-0 flex-1 truncate"
      >
        {task.title}
      </a>
      <span className="hidden shrink-0 sm:flex">
        <Labels labels={task.labels} />
      </span>
      {task.latest_session ? <SessionPill status={task.latest_session.status} /> : null}
      <RelativeTime time={task.updated_at} className="hidden w-20 shrink-0 text-right text-sm text-faint sm:block" />
    </div>
  );
});
