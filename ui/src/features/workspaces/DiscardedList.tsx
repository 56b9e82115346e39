import { useQuery, useQueryClient } from '@tanstack/react-query';
import { GitBranch, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Uuid, Workspace } from '@/shared/api/types';
import { discardedWorkspacesQuery } from '@/shared/api/workspaces';
import { ForWriters } from '@/shared/identity/ForWriters';
import { Button } from '@/shared/ui/Button';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { purgeWorkspace, restoreWorkspace } from './discard';

/** Discarded workspaces of a project: to be got back, or removed for good. */
export function DiscardedList({ projectId }: { projectId: Uuid }) {
  const { data: workspaces, error, refetch } = useQuery(discardedWorkspacesQuery(projectId));
  if (error) return <ErrorState title="The discarded workspaces could not be loaded" error={error} onRetry={() => void refetch()} />;
  if (!workspaces) return <SkeletonLines label="Loading discarded workspaces" />;
  if (workspaces.length === 0) return <p className="text-muted">No workspace was discarded.</p>;
  return (
    <>
      <p className="text-sm text-faint">Kept until you remove them.</p>
      <ul className="flex flex-col divide-y rounded-lg border">
        {workspaces.map((workspace) => (
          <Discarded key={workspace.id} workspace={workspace} />
        ))}
      </ul>
    </>
  );
}

function Discarded({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const restore = async () => {
    setBusy(true);
    await restoreWorkspace(client, workspace);
    setBusy(false);
  };
  return (
    <li className="flex flex-wrap items-center gap-2 px-3 py-2">
      <GitBranch size={13} className="shrink-0 text-muted" />
      <span className="min-w-32 flex-1 truncate font-mono text-sm">{workspace.branch}</span>
      {workspace.discarded_at ? <RelativeTime time={workspace.discarded_at} className="text-sm text-faint" /> : null}
      <ForWriters>
        <Button size="sm" busy={busy} onClick={() => void restore()}>
          <RotateCcw size={12} /> Restore
        </Button>
        <Button size="sm" variant="danger" onClick={() => void purgeWorkspace(client, workspace)}>
          <Trash2 size={12} /> Remove for good…
        </Button>
      </ForWriters>
    </li>
  );
}
