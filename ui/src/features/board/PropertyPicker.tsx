import { useQueryClient } from '@tanstack/react-query';
import { PRIORITIES, STATUSES } from '@/shared/api/boardSearch';
import type { BulkSet } from '@/shared/api/tasks';
import type { Priority, Task, TaskStatus, Uuid } from '@/shared/api/types';
import { changeTasks } from '@/shared/tasks/bulk';
import { LabelDot } from '@/shared/tasks/Labels';
import { Picker } from '@/shared/ui/Picker';
import { PickerDialog } from '@/shared/ui/PickerDialog';
import { PriorityIcon, priorityLabel, StatusIcon, statusLabel } from '@/shared/ui/TaskIcons';
import { patchState, useBoardState, useBoardStore } from './boardState';

interface PropertyPickerProps {
  projectId: Uuid;
  /** What the keys act on: the selected tasks, or else the focused one. */
  targets: () => Task[];
  /** Labels in use. */
  labels: string[];
}

/** Picks a status, a priority or labels for the focused or selected tasks. */
export function PropertyPicker({ projectId, targets, labels }: PropertyPickerProps) {
  const client = useQueryClient();
  const store = useBoardStore();
  const picking = useBoardState((state) => state.picking);
  if (!picking) return null;

  const tasks = targets();
  const close = () => patchState(store, { picking: null });
  const set = (change: BulkSet, what: string) => void changeTasks(client, projectId, tasks, change, what);
  const shared = <T,>(of: (task: Task) => T): T[] => [...new Set(tasks.map(of))];
  const title = `Set ${picking === 'labels' ? 'labels' : `the ${picking}`} of ${tasks.length === 1 ? `“${tasks[0]?.title ?? ''}”` : `${tasks.length} tasks`}`;

  return (
    <PickerDialog open onOpenChange={(open) => !open && close()} title={title}>
      <p className="truncate px-3 pt-2.5 text-sm text-faint">{title}</p>
      {picking === 'status' ? (
        <Picker
          placeholder="Status…"
          items={STATUSES.map((status) => ({ id: status, label: statusLabel(status), icon: <StatusIcon status={status} /> }))}
          selected={shared((task) => task.status)}
          onPick={(id) => {
            close();
            set({ status: id as TaskStatus }, statusLabel(id as TaskStatus));
          }}
        />
      ) : picking === 'priority' ? (
        <Picker
          placeholder="Priority…"
          items={PRIORITIES.map((priority) => ({ id: priority, label: priorityLabel(priority), icon: <PriorityIcon priority={priority} /> }))}
          selected={shared((task) => task.priority)}
          onPick={(id) => {
            close();
            set({ priority: id as Priority }, priorityLabel(id as Priority));
          }}
        />
      ) : (
        <LabelPicker tasks={tasks} labels={labels} onSet={set} />
      )}
    </PickerDialog>
  );
}

/** Stays open: labels come in numbers. A label that all have is taken away, any other is given. */
function LabelPicker({ tasks, labels, onSet }: { tasks: Task[]; labels: string[]; onSet: (set: BulkSet, what: string) => void }) {
  const onAll = (label: string) => tasks.every((task) => task.labels.includes(label));
  return (
    <Picker
      placeholder="Add or remove labels…"
      items={labels.map((label) => ({ id: label, label, icon: <LabelDot label={label} /> }))}
      selected={labels.filter(onAll)}
      onPick={(label) => (onAll(label) ? onSet({ remove_labels: [label] }, `without “${label}”`) : onSet({ add_labels: [label] }, `with “${label}”`))}
      onCreate={(label) => onSet({ add_labels: [label] }, `with “${label}”`)}
      emptyText="Type to make the first label"
    />
  );
}
