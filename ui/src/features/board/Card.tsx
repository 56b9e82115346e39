import { useQueryClient } from '@tanstack/react-query';
import { GitBranch } from 'lucide-react';
import { memo, useEffect, useLayoutEffect, useRef, type MouseEvent } from 'react';
import type { Task } from '@/shared/api/types';
import { SessionPill, sessionLabel } from '@/shared/agents/SessionPill';
import { useReadOnly } from '@/shared/identity/readOnly';
import { changeTask } from '@/shared/tasks/changeTask';
import { Labels } from '@/shared/tasks/Labels';
import { cn } from '@/shared/ui/cn';
import { PriorityIcon, priorityLabel } from '@/shared/ui/TaskIcons';
import { patchState, toggleSelected, useBoardStore, useCardState } from './boardState';
import { useBoardNavigation } from './navigation';
import { plainText } from './plainText';
import { TitleEditor } from './TitleEditor';
import { takeFocus } from './takeFocus';
import { useDragAndDrop } from './useDragAndDrop';

/** Of one height, so that a column of any length knows where each card lies. In px, with the gap below. */
export const CARD_HEIGHT = 82;
export const CARD_STEP = CARD_HEIGHT + 6;

export const Card = memo(function Card({ task }: { task: Task }) {
  const client = useQueryClient();
  const store = useBoardStore();
  const { focused, selected, dragged, added, editing } = useCardState(task.id);
  const { openTask, taskHref, openTaskId } = useBoardNavigation();
  const dragAndDrop = useDragAndDrop();
  const readOnly = useReadOnly();
  const cardRef = useRef<HTMLDivElement>(null);
  const linkRef = useRef<HTMLAnchorElement>(null);

  useEffect(() => {
    const card = cardRef.current;
    if (!dragAndDrop || !card || editing) return;
    return dragAndDrop.dragCard(card, task.id, () => {
      const { selected: all } = store.get();
      patchState(store, { dragged: all.has(task.id) ? all : new Set([task.id]) });
    });
  }, [dragAndDrop, editing, store, task.id]);

  useLayoutEffect(() => {
    if (focused && !editing) takeFocus(linkRef.current);
  }, [focused, editing, openTaskId]);

  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if (event.shiftKey) toggleSelected(store, task.id);
    else openTask(task.id);
  };

  const session = task.latest_session;
  return (
    <div
      ref={cardRef}
      style={{ height: CARD_HEIGHT }}
      className={cn(
        'group relative flex flex-col rounded-lg border px-2.5 py-2 shadow-card',
        selected || openTaskId === task.id ? 'border-accent bg-accent-soft' : 'bg-surface hover:border-line-strong',
        dragged && 'opacity-40',
        added && 'just-added',
      )}
      onContextMenu={(event) => {
        event.preventDefault();
        patchState(store, { focused: task.id, menuAt: { x: event.clientX, y: event.clientY } });
      }}
    >
      {editing ? (
        <TitleEditor
          title={task.title}
          onDone={(title) => {
            patchState(store, { editing: null });
            if (title) void changeTask(client, task, { title });
          }}
        />
      ) : (
        <a
          ref={linkRef}
          href={taskHref(task.id)}
          draggable={false}
          tabIndex={focused ? 0 : -1}
          aria-label={describe(task)}
          aria-current={openTaskId === task.id || undefined}
          onClick={onClick}
          onFocus={() => patchState(store, { focused: task.id })}
          className="absolute -inset-px rounded-lg outline-offset-0"
        />
      )}
      {editing || readOnly ? null : (
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Edit the title of ${task.title}`}
          title="Edit the title (E)"
          onClick={() => patchState(store, { editing: task.id, focused: task.id })}
          className="absolute top-1 right-1 z-10 hidden rounded-md bg-raised p-1 text-faint shadow-card group-hover:block hover:text-fg"
        >
          <span className="pencil-mark" />
        </button>
      )}
      {editing ? null : (
        // Two lines: a long title takes both, a short one leaves the second to the description.
        <div className="line-clamp-2 h-9 shrink-0 leading-[18px] break-words">
          <p className="font-medium">{task.title}</p>
          {task.description ? <p className="text-sm leading-[18px] text-faint">{plainText(task.description)}</p> : null}
        </div>
      )}
      <div className="mt-auto flex items-center gap-1.5">
        <span title={priorityLabel(task.priority)} className="flex">
          <PriorityIcon priority={task.priority} />
        </span>
        <Labels labels={task.labels} most={session ? 1 : 2} />
        <span className="ml-auto flex shrink-0 items-center gap-1.5">
          {task.workspace_count > 1 ? (
            <span className="flex items-center gap-0.5 text-xs text-faint" title={`${task.workspace_count} workspaces`}>
              <GitBranch size={11} /> {task.workspace_count}
            </span>
          ) : null}
          {session ? <SessionPill status={session.status} /> : null}
        </span>
      </div>
    </div>
  );
});

function describe(task: Task): string {
  const parts = [task.title];
  if (task.priority !== 'none') parts.push(`priority ${priorityLabel(task.priority).toLowerCase()}`);
  if (task.labels.length > 0) parts.push(`labels ${task.labels.join(', ')}`);
  if (task.latest_session) parts.push(`agent ${sessionLabel(task.latest_session.status).toLowerCase()}`);
  return parts.join(', ');
}
