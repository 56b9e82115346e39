import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleUser, Tag } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { PRIORITIES, STATUSES } from '@/shared/api/boardSearch';
import { infoQuery } from '@/shared/api/instance';
import { membersQuery } from '@/shared/api/organisation';
import { useAuthority } from '@/shared/identity/useAuthority';
import { tasksQuery, type TaskChange } from '@/shared/api/tasks';
import type { Priority, Task, TaskStatus } from '@/shared/api/types';
import { useReadOnly } from '@/shared/identity/readOnly';
import { changeTask } from '@/shared/tasks/changeTask';
import { LabelChip, LabelDot } from '@/shared/tasks/Labels';
import { Button } from '@/shared/ui/Button';
import { Picker, type PickerItem } from '@/shared/ui/Picker';
import { Popover } from '@/shared/ui/Popover';
import { PriorityIcon, priorityLabel, StatusIcon, statusLabel } from '@/shared/ui/TaskIcons';

/** Status, priority, labels and assignee, each a button that opens its picker. */
export function Properties({ task }: { task: Task }) {
  const client = useQueryClient();
  const { hosted } = useAuthority();
  const readOnly = useReadOnly();
  const { data: info } = useQuery(infoQuery());
  const { data: members = [] } = useQuery({ ...membersQuery(), enabled: hosted });
  const { data: tasks = [] } = useQuery(tasksQuery(client, task.project_id));
  const labels = [...new Set([...task.labels, ...tasks.flatMap((each) => each.labels)])].sort();
  const change = (next: TaskChange) => void changeTask(client, task, next);
  const toggleLabel = (label: string) =>
    change({ labels: task.labels.includes(label) ? task.labels.filter((each) => each !== label) : [...task.labels, label] });

  const me = info?.user ?? null;
  const others = members.filter(({ user_id }) => user_id !== me?.id).map(({ user_id, name }) => ({ id: user_id, label: name }));
  const people: PickerItem[] = [{ id: '', label: 'Nobody' }, ...(me ? [{ id: me.id, label: me.name, keywords: 'me' }] : []), ...others];
  const assignee = task.assignee ? people.find(({ id }) => id === task.assignee)?.label : undefined;

  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <Property name="Status" shown={<><StatusIcon status={task.status} /> {statusLabel(task.status)}</>}>
        {(close) => (
          <Picker
            placeholder="Status…"
            items={STATUSES.map((status) => ({ id: status, label: statusLabel(status), icon: <StatusIcon status={status} /> }))}
            selected={[task.status]}
            onPick={(id) => {
              close();
              change({ status: id as TaskStatus });
            }}
          />
        )}
      </Property>
      <Property name="Priority" shown={<><PriorityIcon priority={task.priority} /> {priorityLabel(task.priority)}</>}>
        {(close) => (
          <Picker
            placeholder="Priority…"
            items={PRIORITIES.map((priority) => ({ id: priority, label: priorityLabel(priority), icon: <PriorityIcon priority={priority} /> }))}
            selected={[task.priority]}
            onPick={(id) => {
              close();
              change({ priority: id as Priority });
            }}
          />
        )}
      </Property>
      <Property name="Assignee" shown={<><CircleUser size={13} /> {assignee ?? (readOnly ? 'Nobody' : 'Assign')}</>}>
        {(close) => (
          <Picker
            placeholder="Assign to…"
            items={people}
            selected={[task.assignee ?? '']}
            onPick={(id) => {
              close();
              change({ assignee: id || null });
            }}
          />
        )}
      </Property>
      <Property name="Labels" shown={<><Tag size={13} /> {task.labels.length === 0 ? 'Labels' : null}{task.labels.map((label) => <LabelChip key={label} label={label} />)}</>}>
        {() => (
          <Picker
            placeholder="Add or remove labels…"
            emptyText="Type to make the first label"
            items={labels.map((label) => ({ id: label, label, icon: <LabelDot label={label} /> }))}
            selected={task.labels}
            onPick={toggleLabel}
            onCreate={toggleLabel}
          />
        )}
      </Property>
    </div>
  );
}

function Property({ name, shown, children }: { name: string; shown: ReactNode; children: (close: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false);
  if (useReadOnly())
    return (
      <span className="inline-flex min-h-6.5 max-w-full flex-wrap items-center gap-1.5 rounded-md border px-2 py-0.5 text-sm text-muted">
        <span className="sr-only">{name}: </span>
        {shown}
      </span>
    );
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={name}
      className="w-56"
      trigger={
        <Button size="sm" title={`Change: ${name.toLowerCase()}`} className="h-auto min-h-6.5 max-w-full flex-wrap py-0.5 font-normal">
          <span className="sr-only">{name}: </span>
          {shown}
        </Button>
      }
    >
      {children(() => setOpen(false))}
    </Popover>
  );
}
