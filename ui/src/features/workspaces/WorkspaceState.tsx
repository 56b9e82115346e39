import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleAlert, LoaderCircle, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { reposQuery } from '@/shared/api/projects';
import type { Workspace } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { CloneStatus } from '@/shared/repos/CloneStatus';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/States';
import { discardWorkspace, restoreWorkspace } from './discard';

/** Shows the parts of a workspace, or why it has none now. */
export function WorkspaceState({ workspace, children }: { workspace: Workspace; children: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const toTask = () =>
    void navigate({ to: '/projects/$projectId/tasks/$taskId', params: { projectId: workspace.project_id, taskId: workspace.task_id } });

  switch (workspace.status) {
    case 'failed':
      return (
        <EmptyState
          className="flex-1"
          icon={<CircleAlert size={26} className="text-danger" />}
          title="The workspace could not be made"
          action={
            <ForWriters>
              <Button onClick={() => void discardWorkspace(client, workspace).then((done) => done && toTask())}>
                <Trash2 size={13} /> Discard and go back
              </Button>
            </ForWriters>
          }
        >
          <p className="[overflow-wrap:anywhere]">{workspace.error}</p>
          <p className="mt-1">Mend the cause, then start an agent on the task anew.</p>
        </EmptyState>
      );
    case 'discarded':
      return (
        <EmptyState
          className="flex-1"
          icon={<Trash2 size={26} />}
          title="This workspace is in the trash"
          action={
            <ForWriters>
              <Button variant="primary" onClick={() => void restoreWorkspace(client, workspace)}>
                Restore
              </Button>
            </ForWriters>
          }
        >
          Restoring brings back its files, its branch and its conversations.
        </EmptyState>
      );
    case 'discarding':
    case 'restoring':
      return <EmptyState className="flex-1" icon={<LoaderCircle size={26} className="animate-spin" />} title={workspace.status === 'restoring' ? 'Being restored…' : 'Being moved to the trash…'} />;
    case 'creating':
    case 'ready':
      return (
        <>
          <Clones workspace={workspace} />
          {children}
        </>
      );
    default:
      return children;
  }
}

/** What a workspace waits for whose repositories are still being cloned, and what they lack. */
function Clones({ workspace }: { workspace: Workspace }) {
  const { data: repos } = useQuery(reposQuery(workspace.project_id));
  const here = repos?.filter((repo) => workspace.repos.some(({ repo_id }) => repo_id === repo.id)) ?? [];
  const told = here.filter(({ clone }) => (workspace.status === 'creating' ? clone?.status === 'cloning' : clone?.status === 'ready' && clone.error));
  if (told.length === 0) return null;
  return (
    <ul aria-label="Repositories" className="flex flex-col gap-1 border-b bg-surface px-4 py-2">
      {told.map((repo) => (
        <li key={repo.id} className="grid grid-cols-[auto_1fr] items-center gap-3 text-sm">
          <span className="truncate font-medium">{repo.name}</span>
          <CloneStatus repo={repo} />
        </li>
      ))}
    </ul>
  );
}
