import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { errorText } from '@/shared/api/errors';
import type { Conflict, Workspace } from '@/shared/api/types';
import { refreshFiles, workspaceCalls, type UpdateStrategy } from '@/shared/api/workspaces';
import { toast } from '@/shared/ui/toast';
import { adviceFor } from './merge/outcome';

export type Operation = 'update' | 'push' | 'commit';

/** Says what was refused, why, and what to do. */
function refused(what: string, error: unknown): void {
  const advice = adviceFor(error);
  toast.failed(what, advice ? new Error(`${errorText(error)} ${advice}`) : error);
}

/** The operations on a workspace's branch. One at a time: they share the files. */
export function useWorkspaceActions(workspace: Workspace, onConflicts: (conflicts: Conflict[]) => void) {
  const client = useQueryClient();
  const [running, setRunning] = useState<Operation | null>(null);

  const run = async (operation: Operation, what: string, work: () => Promise<void>): Promise<boolean> => {
    if (running) return false;
    setRunning(operation);
    try {
      await work();
      return true;
    } catch (error) {
      refused(what, error);
      return false;
    } finally {
      setRunning(null);
      void refreshFiles(client, workspace.id);
    }
  };

  return {
    running,
    update: (strategy: UpdateStrategy) =>
      run('update', `${workspace.base_branch} could not be brought in`, async () => {
        const result = await workspaceCalls.update(workspace.id, strategy, 'abort');
        if (result.status === 'conflicts') onConflicts(result.conflicts);
        else toast.done(result.status === 'updated' ? `The news of ${workspace.base_branch} was brought in` : `Already up to date with ${workspace.base_branch}`);
      }),
    push: () =>
      run('push', 'The branch could not be pushed', async () => {
        const { remote, branch } = await workspaceCalls.push(workspace.id);
        toast.done(`Pushed ${branch} to ${remote}`);
      }),
    commit: (message: string) =>
      run('commit', 'The files could not be committed', async () => {
        await workspaceCalls.commit(workspace.id, message);
        toast.done('Committed');
      }),
  };
}
