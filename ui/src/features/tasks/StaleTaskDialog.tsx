import { useState } from 'react';
import type { TaskChange } from '@/shared/api/tasks';
import type { Task } from '@/shared/api/types';
import type { EditableField, StaleTask, WaitingStaleTask } from '@/shared/tasks/stale';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Textarea } from '@/shared/ui/Field';
import { Segmented } from '@/shared/ui/Segmented';
import { priorityLabel, statusLabel } from '@/shared/ui/TaskIcons';
import { mergeLabels, mergeText } from './merge';

type Choice = 'mine' | 'theirs' | 'merged';

const NAMES: Record<EditableField, string> = { title: 'Title', description: 'Description', status: 'Status', priority: 'Priority', labels: 'Labels', assignee: 'Assignee' };

/** Asks what to keep of a task that was changed in two places. */
export function StaleTaskDialog({ stale: { base, theirs, change, fields, decide } }: { stale: WaitingStaleTask }) {
  const [choices, setChoices] = useState<Partial<Record<EditableField, Choice>>>({});
  const [merge] = useState(() => mergeText(base.description, change.description ?? base.description, theirs.description));
  const [mergedText, setMergedText] = useState(merge.text);

  const canMerge = (field: EditableField) => field === 'description' || field === 'labels';
  const choiceOf = (field: EditableField): Choice => choices[field] ?? (canMerge(field) ? 'merged' : 'mine');

  const apply = () => {
    const next: TaskChange = { ...change };
    for (const field of fields) {
      const choice = choiceOf(field);
      if (choice === 'theirs') delete next[field];
      else if (choice === 'merged' && field === 'description') next.description = mergedText;
      else if (choice === 'merged' && field === 'labels') next.labels = mergeLabels(base.labels, change.labels ?? base.labels, theirs.labels);
    }
    decide(next);
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && decide(null)}
      width="lg"
      title="This task was changed elsewhere"
      description={`“${theirs.title}” got another change since you began. Nothing is saved until you choose.`}
      footer={
        <>
          <Button onClick={() => decide({})}>Keep theirs</Button>
          <Button variant="primary" onClick={apply}>
            Save what is chosen
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {fields.map((field) => (
          <section key={field} className="flex flex-col gap-2">
            <div className="flex items-center justify-between gap-3">
              <h3 className="font-medium">{NAMES[field]}</h3>
              <Segmented
                label={`Which ${NAMES[field].toLowerCase()} to keep`}
                value={choiceOf(field)}
                onChange={(choice) => setChoices({ ...choices, [field]: choice })}
                options={[
                  { id: 'mine' as const, label: 'Mine' },
                  { id: 'theirs' as const, label: 'Theirs' },
                  ...(canMerge(field) ? [{ id: 'merged' as const, label: 'Merged' }] : []),
                ]}
              />
            </div>
            {choiceOf(field) === 'merged' && field === 'description' ? (
              <>
                <Textarea aria-label="Merged description" rows={10} value={mergedText} onChange={(event) => setMergedText(event.target.value)} className="font-mono text-sm" />
                {merge.clean ? null : <p className="text-sm text-warning">Both changed the same lines; both versions stand one after the other. Edit until it reads right.</p>}
              </>
            ) : (
              <pre className="max-h-56 overflow-y-auto rounded-md border bg-sunken p-2.5 font-mono text-sm whitespace-pre-wrap">
                {shown(field, choiceOf(field), { base, theirs, change, fields })}
              </pre>
            )}
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function shown(field: EditableField, choice: Choice, { base, theirs, change }: StaleTask): string {
  const mine: Task = { ...base, ...(change as Partial<Task>) };
  const task = choice === 'theirs' ? theirs : mine;
  switch (field) {
    case 'status':
      return statusLabel(task.status);
    case 'priority':
      return priorityLabel(task.priority);
    case 'labels':
      return (choice === 'merged' ? mergeLabels(base.labels, mine.labels, theirs.labels) : task.labels).join(', ') || 'None';
    case 'assignee':
      return task.assignee ?? 'Nobody';
    default:
      return task[field] || 'Empty';
  }
}
