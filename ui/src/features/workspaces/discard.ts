import type { QueryClient } from '@tanstack/react-query';
import { keys } from '@/shared/api/keys';
import { keepWorkspace, workspaceCalls } from '@/shared/api/workspaces';
import type { Workspace } from '@/shared/api/types';
import { confirm } from '@/shared/ui/confirm';
import { toast } from '@/shared/ui/toast';

/** Moves a workspace to the trash, with a way back. True when it is there. */
export async function discardWorkspace(client: QueryClient, workspace: Workspace): Promise<boolean> {
  try {
    keepWorkspace(client, await workspaceCalls.discard(workspace.id));
    void client.invalidateQueries({ queryKey: keys.discardedWorkspaces(workspace.project_id) });
    toast.done(`${workspace.branch} was moved to the trash`, () => void restoreWorkspace(client, workspace));
    return true;
  } catch (error) {
    toast.failed('The workspace could not be discarded', error);
    return false;
  }
}

/** Takes a workspace out of the trash, with its files as they were. */
export async function restoreWorkspace(client: QueryClient, workspace: Workspace): Promise<void> {
  try {
    keepWorkspace(client, await workspaceCalls.restore(workspace.id));
    void client.invalidateQueries({ queryKey: keys.discardedWorkspaces(workspace.project_id) });
    toast.done(`${workspace.branch} was restored`);
  } catch (error) {
    toast.failed('The workspace could not be restored', error);
  }
}

/** Removes a discarded workspace for good, after its branch was typed. */
export async function purgeWorkspace(client: QueryClient, workspace: Workspace): Promise<void> {
  const yes = await confirm({
    title: 'Remove this workspace for good?',
    body: 'Its files, its branch, its checkpoints and its conversations are deleted. This cannot be undone.',
    confirmLabel: 'Remove for good',
    danger: true,
    typeToConfirm: workspace.branch,
  });
  if (!yes) return;
  try {
    await workspaceCalls.purge(workspace);
    client.setQueryData<Workspace[]>(keys.discardedWorkspaces(workspace.project_id), (list) => list?.filter((each) => each.id !== workspace.id));
    toast.done(`${workspace.branch} was removed`);
  } catch (error) {
    toast.failed('The workspace could not be removed', error);
  }
}
