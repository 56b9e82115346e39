import { useQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { errorText } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { taskQuery } from '@/shared/api/tasks';
import type { Conflict, Workspace } from '@/shared/api/types';
import { diffQuery, refreshFiles, workspaceCalls, type MergeStrategy } from '@/shared/api/workspaces';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Textarea } from '@/shared/ui/Field';
import { Segmented } from '@/shared/ui/Segmented';
import { toast } from '@/shared/ui/toast';
import { adviceFor, conflictsOf, defaultMessage, STRATEGIES } from './outcome';

const REMEMBERED = 'switchyard.merge-strategy';
const SHORT_HASH = 8;

interface MergeDialogProps {
  workspace: Workspace;
  onClose: () => void;
  onConflicts: (conflicts: Conflict[]) => void;
}

const remembered = (): MergeStrategy => STRATEGIES.find(({ id }) => id === localStorage.getItem(REMEMBERED))?.id ?? 'squash';

/** Brings the work into the base branch. */
export function MergeDialog({ workspace, onClose, onConflicts }: MergeDialogProps) {
  const client = useQueryClient();
  const { data: task } = useQuery(taskQuery(client, workspace.task_id, workspace.project_id));
  const { data: diff } = useQuery(diffQuery(workspace.id));
  const [strategy, setStrategy] = useState(remembered);
  const [typed, setTyped] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const message = typed ?? (task ? defaultMessage(task.title, task.description) : '');

  const merge = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const { commit } = await workspaceCalls.merge(workspace.id, strategy, strategy === 'rebase' ? undefined : message.trim());
      localStorage.setItem(REMEMBERED, strategy);
      void refreshFiles(client, workspace.id);
      void client.invalidateQueries({ queryKey: keys.workspace(workspace.id), exact: true });
      toast.done(`Merged into ${workspace.base_branch} as ${commit.slice(0, SHORT_HASH)}. The task is done.`);
      onClose();
    } catch (error) {
      const conflicts = conflictsOf(error);
      if (conflicts) onConflicts(conflicts);
      else setFailure(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Merge into ${workspace.base_branch}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={() => void merge()}>
            Merge
          </Button>
        </>
      }
    >
      <div
        className="flex flex-col gap-3"
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void merge();
        }}
      >
        <div className="flex flex-col gap-1.5">
          <Segmented label="How to merge" value={strategy} onChange={setStrategy} options={STRATEGIES} />
          <p className="text-sm text-muted">{STRATEGIES.find(({ id }) => id === strategy)?.about}</p>
        </div>
        {strategy === 'rebase' ? null : (
          <Field label="Message of the commit">
            {(control) => <Textarea {...control} rows={6} className="font-mono text-sm" value={message} onChange={(event) => setTyped(event.target.value)} />}
          </Field>
        )}
        {diff && diff.stats.uncommitted > 0 ? (
          <p className="text-sm text-muted">
            {diff.stats.uncommitted} {diff.stats.uncommitted === 1 ? 'file is' : 'files are'} not committed yet; they are committed first and merged with the rest.
          </p>
        ) : null}
        {failure ? <Refusal error={failure} /> : null}
      </div>
    </Dialog>
  );
}

/** Why an operation did not go through, and what to do about it. */
export function Refusal({ error }: { error: unknown }) {
  const advice = adviceFor(error);
  return (
    <div role="alert" className="flex gap-2 rounded-lg border border-danger/40 bg-danger-soft px-3 py-2">
      <TriangleAlert size={14} className="mt-0.5 shrink-0 text-danger" />
      <div>
        <p className="[overflow-wrap:anywhere]">{errorText(error)}</p>
        {advice ? <p className="mt-0.5 text-muted">{advice}</p> : null}
      </div>
    </div>
  );
}
