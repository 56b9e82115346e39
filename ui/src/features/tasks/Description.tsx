import { useQueryClient } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import type { Task } from '@/shared/api/types';
import { useReadOnly } from '@/shared/identity/readOnly';
import { Markdown } from '@/shared/markdown/Markdown';
import { changeTask } from '@/shared/tasks/changeTask';
import { Button } from '@/shared/ui/Button';
import { Shortcut } from '@/shared/ui/Kbd';
import { Tabs } from '@/shared/ui/Tabs';
import { useDraft } from './useDraft';

/** Formatted to read; a click or the button opens the editor with its preview. */
export function Description({ task }: { task: Task }) {
  const client = useQueryClient();
  const { draft, begin, write, end } = useDraft(task);
  const [tab, setTab] = useState<'write' | 'preview'>('write');

  useActions([
    { id: 'task.edit-description', writes: true, title: 'Edit the description', group: 'Task', icon: <Pencil size={14} />, shortcut: 'd', when: () => !draft, run: begin },
  ]);

  if (!draft) return <Reading task={task} onEdit={begin} />;

  const save = async () => {
    if (draft.text === draft.base.description) return end();
    // Refused, the text stays in the editor; in conflict, the dialog has taken it over.
    if (await changeTask(client, draft.base, { description: draft.text })) end();
  };
  const changedElsewhere = task.description !== draft.base.description;

  return (
    <div className="flex flex-col gap-2">
      <Tabs
        label="Description"
        value={tab}
        onChange={setTab}
        tabs={[
          {
            id: 'write',
            label: 'Write',
            content: (
              <textarea
                autoFocus
                aria-label="Description, in markdown"
                placeholder="Describe the work as you would to a colleague. Markdown works."
                value={draft.text}
                onChange={(event) => write(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
                    event.preventDefault();
                    void save();
                  } else if (event.key === 'Escape' && draft.text === draft.base.description) {
                    event.preventDefault();
                    end();
                  }
                }}
                className="mt-2 field-sizing-content max-h-[60vh] min-h-40 w-full resize-y rounded-md border border-line-strong bg-surface p-2.5 font-mono text-sm leading-relaxed focus-visible:border-accent focus-visible:outline-1"
              />
            ),
          },
          {
            id: 'preview',
            label: 'Preview',
            content: (
              <div className="mt-2 min-h-40 rounded-md border p-3">
                {draft.text.trim() ? <Markdown text={draft.text} /> : <p className="text-faint">Nothing to preview yet.</p>}
              </div>
            ),
          },
        ]}
      />
      {changedElsewhere ? (
        <p role="status" className="text-sm text-warning">
          Somebody else changed this description meanwhile. When you save, you can merge both.
        </p>
      ) : null}
      <div className="flex items-center justify-end gap-2">
        <Button size="sm" onClick={end}>
          Discard
        </Button>
        <Button size="sm" variant="primary" onClick={() => void save()}>
          Save
          <span className="inline-flex max-sm:hidden">
            <Shortcut keys="mod+enter" />
          </span>
        </Button>
      </div>
    </div>
  );
}

function Reading({ task, onEdit }: { task: Task; onEdit: () => void }) {
  const readOnly = useReadOnly();
  if (!task.description.trim()) {
    if (readOnly) return <p className="text-faint">No description.</p>;
    return (
      <button type="button" onClick={onEdit} className="w-full rounded-md border border-dashed p-3 text-left text-faint hover:border-line-strong hover:text-muted">
        Add a description…
      </button>
    );
  }
  return (
    <section aria-label="Description">
      <div className="mb-1 flex items-center justify-between">
        <h3 className="text-sm font-medium text-faint">Description</h3>
        {readOnly ? null : (
          <Button size="sm" variant="ghost" onClick={onEdit} title="Edit the description (D)">
            <Pencil size={12} /> Edit
          </Button>
        )}
      </div>
      <Markdown text={task.description} />
    </section>
  );
}
