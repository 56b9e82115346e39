import { useQuery, useQueryClient } from '@tanstack/react-query';
import { History, RotateCcw, Save } from 'lucide-react';
import { useState } from 'react';
import { keys } from '@/shared/api/keys';
import type { Checkpoint, Workspace } from '@/shared/api/types';
import { checkpointsQuery, commitsQuery, workspaceCalls } from '@/shared/api/workspaces';
import { ForWriters } from '@/shared/identity/ForWriters';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { RelativeTime, relativeText } from '@/shared/ui/RelativeTime';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { rewindTo } from '@/shared/workspaces/rewind';

const REASONS: Record<Checkpoint['reason'], string> = {
  turn: 'End of turn',
  rewind: 'Before a rewind',
  merge: 'Before a merge',
  rebase: 'Before a rebase',
  discard: 'Before it was discarded',
  manual: 'Saved by hand',
};
const SHORT_HASH = 8;

/** States of the files that one can go back to, and the commits of the branch. */
export function CheckpointsPane({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const { data: checkpoints, error, refetch } = useQuery(checkpointsQuery(workspace.id));
  const [saving, setSaving] = useState(false);

  const save = async () => {
    setSaving(true);
    try {
      const saved = await workspaceCalls.checkpoint(workspace.id);
      await client.invalidateQueries({ queryKey: keys.checkpoints(workspace.id) });
      toast.done(`Saved as checkpoint ${saved.number}`);
    } catch (failure) {
      toast.failed('The checkpoint could not be saved', failure);
    } finally {
      setSaving(false);
    }
  };

  if (error) return <ErrorState className="flex-1" title="The checkpoints could not be loaded" error={error} onRetry={() => void refetch()} />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-3">
      <div className="mx-auto flex max-w-2xl flex-col gap-6">
        <section aria-labelledby="checkpoints-title" className="flex flex-col gap-2">
          <div className="flex items-center gap-2">
            <h2 id="checkpoints-title" className="flex-1 font-semibold">
              Checkpoints
            </h2>
            <ForWriters>
              <Button size="sm" busy={saving} onClick={() => void save()}>
                <Save size={12} /> Save one now
              </Button>
            </ForWriters>
          </div>
          {checkpoints ? (
            checkpoints.length === 0 ? (
              <EmptyState icon={<History size={24} />} title="No checkpoint yet">
                One is saved at the end of each of the agent’s turns, untracked files included.
              </EmptyState>
            ) : (
              <ul className="flex flex-col divide-y rounded-lg border">
                {checkpoints.map((checkpoint) => (
                  <CheckpointRow key={checkpoint.number} workspace={workspace} checkpoint={checkpoint} />
                ))}
              </ul>
            )
          ) : (
            <SkeletonLines lines={4} label="Loading checkpoints" />
          )}
        </section>
        <Commits workspace={workspace} />
      </div>
    </div>
  );
}

function CheckpointRow({ workspace, checkpoint }: { workspace: Workspace; checkpoint: Checkpoint }) {
  const client = useQueryClient();
  return (
    <li className="flex items-center gap-3 px-3 py-1.5">
      <span className="w-8 text-right text-faint tabular-nums">{checkpoint.number}</span>
      <span className="min-w-0 flex-1 truncate">
        {REASONS[checkpoint.reason]}
        {checkpoint.reason === 'turn' && checkpoint.turn > 0 ? ` ${checkpoint.turn}` : ''}
      </span>
      <RelativeTime time={checkpoint.created_at} className="text-sm text-faint" />
      <ForWriters>
        <Button size="sm" onClick={() => void rewindTo(client, workspace.id, checkpoint.number, relativeText(checkpoint.created_at, Date.now()))}>
          <RotateCcw size={12} /> Rewind
        </Button>
      </ForWriters>
    </li>
  );
}

function Commits({ workspace }: { workspace: Workspace }) {
  const { data: commits = [] } = useQuery(commitsQuery(workspace.id));
  if (commits.length === 0) return null;
  return (
    <section aria-labelledby="commits-title" className="flex flex-col gap-2">
      <h2 id="commits-title" className="font-semibold">
        Commits that {workspace.base_branch} does not have
      </h2>
      <ul className="flex flex-col divide-y rounded-lg border">
        {commits.map((commit) => (
          <li key={`${commit.repo_id}:${commit.id}`} className="flex items-center gap-3 px-3 py-1.5">
            <code className="font-mono text-xs text-muted">{commit.id.slice(0, SHORT_HASH)}</code>
            <span className="min-w-0 flex-1 truncate">{commit.subject}</span>
            <span className="max-w-32 truncate text-sm text-faint max-sm:hidden">{commit.author}</span>
            <RelativeTime time={commit.at} className="text-sm text-faint" />
            <CopyButton text={commit.id} label="Copy the commit's id" />
          </li>
        ))}
      </ul>
    </section>
  );
}
