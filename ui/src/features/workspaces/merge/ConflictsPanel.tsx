import { useQueryClient } from '@tanstack/react-query';
import { Bot, FileWarning, Wrench } from 'lucide-react';
import { useState } from 'react';
import type { Conflict, Uuid, Workspace } from '@/shared/api/types';
import { refreshFiles, workspaceCalls } from '@/shared/api/workspaces';
import { ForWriters } from '@/shared/identity/ForWriters';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { toast } from '@/shared/ui/toast';
import { workingFolder } from '@/shared/workspaces/folders';
import { handConflictsToAgent } from './handToAgent';
import { Refusal } from './MergeDialog';

interface ConflictsPanelProps {
  workspace: Workspace;
  conflicts: readonly Conflict[];
  /** True when the base is merged into the files already and the conflicts stand in them. */
  inFiles: boolean;
  /** The conversation that gets the job; a new one is started where there is none. */
  sessionId: Uuid | undefined;
  onDismiss: () => void;
  onHandedOver: (sessionId: Uuid) => void;
}

const MOST_SHOWN = 12;

/** The files that do not merge, and the two ways on: the agent, or by hand. */
export function ConflictsPanel({ workspace, conflicts, inFiles, sessionId, onDismiss, onHandedOver }: ConflictsPanelProps) {
  const client = useQueryClient();
  const [busy, setBusy] = useState<'agent' | 'hand' | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  const run = async (kind: 'agent' | 'hand', work: () => Promise<void>) => {
    setBusy(kind);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(null);
    }
  };

  const bringIn = async (): Promise<readonly Conflict[]> => {
    if (inFiles) return conflicts;
    const { conflicts: standing } = await workspaceCalls.update(workspace.id, 'merge', 'keep');
    void refreshFiles(client, workspace.id);
    return standing;
  };

  const byAgent = () =>
    run('agent', async () => {
      const standing = await bringIn();
      if (standing.length === 0) toast.done(`${workspace.base_branch} merged without conflicts: merge again`);
      else {
        onHandedOver(await handConflictsToAgent(client, workspace, sessionId, standing));
        toast.done('The agent was asked to resolve the conflicts');
      }
      onDismiss();
    });

  const byHand = () =>
    run('hand', async () => {
      const standing = await bringIn();
      toast.done(standing.length === 0 ? `${workspace.base_branch} merged without conflicts: merge again` : 'The conflicts are marked in the files of the workspace');
      onDismiss();
    });

  return (
    <section role="alert" aria-label="Merge conflicts" className="flex flex-col gap-2 border-b border-warning/40 bg-warning-soft px-4 py-3">
      <h2 className="flex items-center gap-2 font-semibold">
        <FileWarning size={14} className="text-warning" />
        {conflicts.length === 1 ? 'One file has' : `${conflicts.length} files have`} conflicts with {workspace.base_branch}
      </h2>
      <ul className="max-h-36 overflow-y-auto font-mono text-sm">
        {conflicts.slice(0, MOST_SHOWN).map((conflict) => (
          <li key={`${conflict.repo_id}:${conflict.path}`} className="truncate">
            {conflict.path} <span className="font-sans text-muted">{conflict.kind}</span>
          </li>
        ))}
        {conflicts.length > MOST_SHOWN ? <li className="font-sans text-muted">and {conflicts.length - MOST_SHOWN} more</li> : null}
      </ul>
      {inFiles ? (
        <p className="flex min-w-0 items-center gap-1 text-sm text-muted">
          To resolve by hand, edit the files in <code className="min-w-0 truncate font-mono">{workingFolder(workspace)}</code>
          <CopyButton text={workingFolder(workspace)} label="Copy the folder's path" /> then commit.
        </p>
      ) : (
        <p className="text-sm text-muted">Nothing was changed. Either way {workspace.base_branch} is first brought into the workspace, after a checkpoint.</p>
      )}
      {failure ? <Refusal error={failure} /> : null}
      <ForWriters>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" variant="primary" busy={busy === 'agent'} disabled={busy !== null} onClick={() => void byAgent()}>
            <Bot size={13} /> Let the agent resolve
          </Button>
          {inFiles ? null : (
            <>
              <Button size="sm" busy={busy === 'hand'} disabled={busy !== null} onClick={() => void byHand()}>
                <Wrench size={13} /> Update here and resolve by hand
              </Button>
              <Button size="sm" variant="ghost" onClick={onDismiss}>
                Not now
              </Button>
            </>
          )}
        </div>
      </ForWriters>
    </section>
  );
}
