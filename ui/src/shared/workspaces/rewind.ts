import type { QueryClient } from '@tanstack/react-query';
import { refreshFiles, workspaceCalls } from '@/shared/api/workspaces';
import type { Uuid } from '@/shared/api/types';
import { confirm } from '@/shared/ui/confirm';
import { toast } from '@/shared/ui/toast';

/** Asks, then puts the files back to a checkpoint. What is there now becomes a checkpoint first. */
export async function rewindTo(client: QueryClient, workspaceId: Uuid, checkpoint: number, when: string): Promise<void> {
  const yes = await confirm({
    title: `Rewind the files to checkpoint ${checkpoint}?`,
    body: `All files of the workspace go back to how they were ${when}. The present state is saved as a checkpoint first, so you can come back to it.`,
    confirmLabel: 'Rewind',
  });
  if (!yes) return;
  try {
    const before = await workspaceCalls.rewind(workspaceId, checkpoint);
    void refreshFiles(client, workspaceId);
    toast.done(`Rewound. The state before is checkpoint ${before.number}.`, () => void goBack(client, workspaceId, before.number));
  } catch (error) {
    toast.failed('The files could not be rewound', error);
  }
}

async function goBack(client: QueryClient, workspaceId: Uuid, checkpoint: number): Promise<void> {
  try {
    await workspaceCalls.rewind(workspaceId, checkpoint);
    void refreshFiles(client, workspaceId);
  } catch (error) {
    toast.failed('The rewind could not be undone', error);
  }
}
