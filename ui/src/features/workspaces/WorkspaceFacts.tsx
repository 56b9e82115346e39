import { useQuery } from '@tanstack/react-query';
import { GitBranch } from 'lucide-react';
import type { Workspace } from '@/shared/api/types';
import { diffQuery, isUsable } from '@/shared/api/workspaces';
import { CopyButton } from '@/shared/ui/CopyButton';
import { DiffFigures } from './DiffFigures';
import { WorkspaceBadge } from './WorkspaceBadge';

/** Branch, base and how the two stand to each other. */
export function WorkspaceFacts({ workspace }: { workspace: Workspace }) {
  const { data: diff } = useQuery({ ...diffQuery(workspace.id), enabled: isUsable(workspace) });
  const stats = diff?.stats;
  return (
    <div className="flex h-8 shrink-0 items-center gap-2 overflow-hidden border-b bg-sunken px-3 text-sm text-muted">
      <GitBranch size={13} className="shrink-0" />
      <span className="min-w-0 truncate font-mono text-fg" title={workspace.branch}>
        {workspace.branch}
      </span>
      <CopyButton text={workspace.branch} label="Copy the branch's name" />
      <span className="shrink-0 max-sm:hidden">
        from <span className="font-mono">{workspace.base_branch}</span>
      </span>
      <WorkspaceBadge status={workspace.status} />
      <span className="flex-1" />
      {stats ? (
        <span className="flex shrink-0 items-center gap-2 text-faint max-sm:hidden">
          {stats.ahead > 0 ? <span>{stats.ahead} ahead</span> : null}
          {stats.behind > 0 ? <span>{stats.behind} behind</span> : null}
          {stats.uncommitted > 0 ? <span>{stats.uncommitted} uncommitted</span> : null}
        </span>
      ) : null}
      {diff && (diff.additions > 0 || diff.deletions > 0) ? <DiffFigures additions={diff.additions} deletions={diff.deletions} /> : null}
    </div>
  );
}
