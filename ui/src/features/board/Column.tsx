import { useVirtualizer } from '@tanstack/react-virtual';
import { Plus } from 'lucide-react';
import { memo, useCallback, useEffect, useMemo, useRef, type ReactNode } from 'react';
import type { Task, TaskStatus, Uuid } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { useReadOnly } from '@/shared/identity/readOnly';
import { IconButton } from '@/shared/ui/Button';
import { StatusIcon } from '@/shared/ui/TaskIcons';
import { patchState, useBoardState, useBoardStore } from './boardState';
import { bringIntoView } from './bringIntoView';
import { Card, CARD_HEIGHT, CARD_STEP } from './Card';
import { QuickAdd } from './QuickAdd';
import { useReveal } from './useReveal';
import { useDragAndDrop } from './useDragAndDrop';

/** Room above the first card, in px. */
const TOP = 4;
const OVERSCAN = 4;

interface ColumnProps {
  projectId: Uuid;
  status: TaskStatus;
  title: string;
  tasks: readonly Task[];
  filtered: boolean;
  /** Below the cards: what to do on a board without any. */
  hint: ReactNode;
}

export const Column = memo(function Column({ projectId, status, title, tasks, filtered, hint }: ColumnProps) {
  const store = useBoardStore();
  const dragAndDrop = useDragAndDrop();
  const readOnly = useReadOnly();
  const columnRef = useRef<HTMLElement>(null);
  const scrollRef = useRef<HTMLDivElement>(null);
  const adding = useBoardState((state) => state.adding === status);
  const dropIndex = useBoardState((state) => (state.dropAt?.status === status ? state.dropAt.index : null));
  const focusedIndex = useFocusedIndex(tasks);

  const virtualizer = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => CARD_STEP,
    // With another function the list would work out all its places again.
    getItemKey: useCallback((index: number) => tasks[index]?.id ?? index, [tasks]),
    overscan: OVERSCAN,
    paddingStart: TOP,
    paddingEnd: TOP,
  });

  useEffect(() => {
    if (focusedIndex >= 0) bringIntoView(virtualizer, focusedIndex);
  }, [focusedIndex, virtualizer]);

  // The board is narrower than its columns when a task is open, or on a small screen.
  const holdsFocus = focusedIndex >= 0;
  useEffect(() => {
    const column = columnRef.current;
    if (!holdsFocus || !column?.parentElement) return;
    const show = () => column.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const resized = new ResizeObserver(show);
    resized.observe(column.parentElement);
    return () => resized.disconnect();
  }, [holdsFocus]);

  useReveal(tasks, virtualizer);

  const count = tasks.length;
  useEffect(() => {
    const [column, scroller] = [columnRef.current, scrollRef.current];
    if (!dragAndDrop || !column || !scroller) return;
    return dragAndDrop.dropOnColumn(column, scroller, status, (clientY) => {
      const y = clientY - scroller.getBoundingClientRect().top + scroller.scrollTop - TOP;
      const index = Math.max(0, Math.min(count, Math.round(y / CARD_STEP)));
      const { dropAt } = store.get();
      if (dropAt?.status !== status || dropAt.index !== index) patchState(store, { dropAt: { status, index } });
    });
  }, [dragAndDrop, status, store, count]);

  const add = useCallback(() => patchState(store, { adding: status }), [store, status]);

  return (
    <section
      ref={columnRef}
      aria-label={`${title}, ${count} ${count === 1 ? 'task' : 'tasks'}`}
      className="flex h-full w-[86vw] max-w-[340px] min-w-[232px] shrink-0 snap-center flex-col sm:w-auto sm:flex-1 sm:snap-align-none"
    >
      <header className="flex h-9 shrink-0 items-center gap-2 px-2">
        <StatusIcon status={status} />
        <h2 className="truncate font-medium">{title}</h2>
        <span className="text-faint tabular-nums">{count}</span>
        <ForWriters>
          <IconButton label={`New task in ${title}`} className="ml-auto" onClick={add}>
            <Plus size={14} />
          </IconButton>
        </ForWriters>
      </header>
      {adding ? <QuickAdd projectId={projectId} status={status} onClose={() => patchState(store, { adding: null })} /> : null}
      <div ref={scrollRef} className="min-h-0 flex-1 overflow-y-auto overscroll-y-contain bg-bg px-1 pb-2">
        <div role="list" aria-label={title} className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const task = tasks[item.index];
            return task ? (
              <div
                key={item.key}
                role="listitem"
                aria-posinset={item.index + 1}
                aria-setsize={count}
                className="absolute inset-x-0 [contain:size_layout_style]"
                style={{ height: CARD_HEIGHT, top: item.start }}
              >
                <Card task={task} />
              </div>
            ) : null;
          })}
          {dropIndex === null ? null : (
            <div aria-hidden="true" className="pointer-events-none absolute inset-x-0 h-0.5 rounded-full bg-accent" style={{ top: TOP + dropIndex * CARD_STEP - 4 }} />
          )}
        </div>
        {adding || readOnly ? null : (
          <button
            type="button"
            onClick={add}
            className="flex h-8 w-full items-center gap-1.5 rounded-md px-2 text-faint opacity-0 transition-opacity hover:bg-hover hover:text-fg focus-visible:opacity-100 in-[section:hover]:opacity-100 pointer-coarse:opacity-100"
          >
            <Plus size={14} /> New task
          </button>
        )}
        {hint}
        {count === 0 && filtered ? <p className="px-2 py-1 text-sm text-faint">No task matches the filters.</p> : null}
      </div>
    </section>
  );
});

function useFocusedIndex(tasks: readonly Task[]): number {
  const places = useMemo(() => new Map(tasks.map((task, i) => [task.id, i])), [tasks]);
  return useBoardState((state) => (state.focused ? (places.get(state.focused) ?? -1) : -1));
}
