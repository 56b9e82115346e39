import { useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useRef, useState, type KeyboardEvent } from 'react';
import { readBoardSearch } from '@/shared/api/boardSearch';
import { taskCache } from '@/shared/api/taskCache';
import { taskCalls } from '@/shared/api/tasks';
import type { TaskStatus, Uuid } from '@/shared/api/types';
import { announce } from '@/shared/ui/announce';
import { toast } from '@/shared/ui/toast';
import { patchState, useBoardStore } from './boardState';
import { filterTasks, NO_FILTERS } from './filter';
import { useBoardNavigation } from './navigation';

interface QuickAddProps {
  projectId: Uuid;
  status: TaskStatus;
  onClose: () => void;
}

/** A field for new tasks that stays open: one line, one task. Pasted lines become a task each. */
export function QuickAdd({ projectId, status, onClose }: QuickAddProps) {
  const client = useQueryClient();
  const store = useBoardStore();
  const { search: changeSearch } = useBoardNavigation();
  const search = readBoardSearch(useSearch({ strict: false }));
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const keysByTitle = useRef(new Map<string, string>());

  const save = async () => {
    const titles = text.split('\n').map((line) => line.trim()).filter(Boolean);
    if (titles.length === 0) return onClose();
    setBusy(true);
    const left = [...titles];
    try {
      for (const title of titles) {
        // The same key for a title that is tried again: it is never made twice.
        const key = keysByTitle.current.get(title) ?? crypto.randomUUID();
        keysByTitle.current.set(title, key);
        const task = await taskCalls.create(projectId, { title, status }, key);
        taskCache(client).apply(task);
        if (filterTasks([task], search).length > 0) patchState(store, { added: task.id });
        else toast.withAction(`“${task.title}” was created. The filters hide it.`, 'Clear filters', () => changeSearch(NO_FILTERS));
        keysByTitle.current.delete(title);
        left.shift();
      }
      announce(titles.length === 1 ? 'Task created' : `${titles.length} tasks created`);
    } catch (error) {
      toast.failed('The task could not be created', error);
    } finally {
      setText(left.join('\n'));
      setBusy(false);
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      if (!busy) void save();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      onClose();
    }
  };

  return (
    <div className="mx-1 mb-1.5 shrink-0 rounded-lg border border-accent bg-surface p-2 shadow-card">
      <textarea
        autoFocus
        rows={Math.min(6, Math.max(1, text.split('\n').length))}
        aria-label="Title of the new task"
        placeholder="What should be done? Enter to add"
        value={text}
        readOnly={busy}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => text.trim() === '' && onClose()}
        onKeyDown={onKeyDown}
        className="block w-full resize-none bg-transparent outline-none"
      />
    </div>
  );
}
