import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleAlert, LoaderCircle, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Workspace } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
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
    default:
      return children;
  }
}
