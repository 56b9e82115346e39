import { useQueryClient } from '@tanstack/react-query';
import { CircleDashed, SignalHigh, Tag, Trash2, X } from 'lucide-react';
import type { Task, Uuid } from '@/shared/api/types';
import { useReadOnly } from '@/shared/identity/readOnly';
import { deleteTasks } from '@/shared/tasks/bulk';
import { Button, IconButton } from '@/shared/ui/Button';
import { clearSelection, patchState, useBoardState, useBoardStore } from './boardState';

/** What can be done with the selected tasks. */
export function BulkBar({ projectId, targets }: { projectId: Uuid; targets: () => Task[] }) {
  const client = useQueryClient();
  const store = useBoardStore();
  const count = useBoardState((state) => state.selected.size);
  const readOnly = useReadOnly();
  if (count === 0 || readOnly) return null;
  return (
    <div
      role="toolbar"
      aria-label="Selected tasks"
      className="pop-in absolute inset-x-2 bottom-3 z-20 mx-auto flex w-fit max-w-full items-center gap-1 overflow-x-auto rounded-xl bg-raised p-1.5 shadow-pop"
    >
      <span className="px-2 font-medium whitespace-nowrap tabular-nums">{count} selected</span>
      <Button size="sm" variant="ghost" onClick={() => patchState(store, { picking: 'status' })}>
        <CircleDashed size={13} /> Status
      </Button>
      <Button size="sm" variant="ghost" onClick={() => patchState(store, { picking: 'priority' })}>
        <SignalHigh size={13} /> Priority
      </Button>
      <Button size="sm" variant="ghost" onClick={() => patchState(store, { picking: 'labels' })}>
        <Tag size={13} /> Labels
      </Button>
      <Button
        size="sm"
        variant="quiet-danger"
        onClick={() => {
          const tasks = targets();
          clearSelection(store);
          void deleteTasks(client, projectId, tasks);
        }}
      >
        <Trash2 size={13} /> Delete
      </Button>
      <IconButton label="Clear the selection" onClick={() => clearSelection(store)}>
        <X size={14} />
      </IconButton>
    </div>
  );
}
