import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import { keys } from './keys';
import type { AgentSpec, Checkpoint, CommitInfo, Conflict, Diff, Uuid, Workspace } from './types';

export const taskWorkspacesQuery = (taskId: Uuid) =>
  queryOptions({
    queryKey: keys.taskWorkspaces(taskId),
    queryFn: ({ signal }) => getAll<Workspace>(path`/tasks/${taskId}/workspaces`, { signal }),
  });

export const workspaceQuery = (id: Uuid) =>
  queryOptions({ queryKey: keys.workspace(id), queryFn: ({ signal }) => api.get<Workspace>(path`/workspaces/${id}`, { signal }) });

/** Workspaces of a project that were discarded and can be got back. */
export const discardedWorkspacesQuery = (projectId: Uuid) =>
  queryOptions({
    queryKey: keys.discardedWorkspaces(projectId),
    queryFn: ({ signal }) => getAll<Workspace>(path`/projects/${projectId}/workspaces`, { query: { status: 'discarded' }, signal }),
    staleTime: 0,
  });

/** How long a diff is taken as current where nobody watches the files. */
const DIFF_FRESH_MS = 15_000;

export const diffQuery = (workspaceId: Uuid) =>
  queryOptions({
    queryKey: keys.diff(workspaceId),
    queryFn: ({ signal }) => api.get<Diff>(path`/workspaces/${workspaceId}/diff`, { signal }),
    staleTime: DIFF_FRESH_MS,
  });

/** Files change without an event; checkpoints and commits come with them. */
export const checkpointsQuery = (workspaceId: Uuid) =>
  queryOptions({
    queryKey: keys.checkpoints(workspaceId),
    queryFn: ({ signal }) => getAll<Checkpoint>(path`/workspaces/${workspaceId}/checkpoints`, { signal }),
    staleTime: 0,
  });

export const commitsQuery = (workspaceId: Uuid) =>
  queryOptions({
    queryKey: keys.commits(workspaceId),
    queryFn: ({ signal }) => getAll<CommitInfo>(path`/workspaces/${workspaceId}/commits`, { signal }),
    staleTime: 0,
  });

/** True when the workspace has files to look at and to work in. */
export const isUsable = (workspace: Pick<Workspace, 'status'>): boolean => workspace.status === 'ready' || workspace.status === 'merged';

export type MergeStrategy = 'squash' | 'merge' | 'rebase';
export type UpdateStrategy = 'merge' | 'rebase';

export interface NewWorkspace {
  base_branch?: string;
  agent?: AgentSpec;
  prompt?: string;
}

export interface MergeResult {
  commit: string;
  repos: { repo_id: Uuid; commit: string }[];
}

export interface UpdateResult {
  status: 'up_to_date' | 'updated' | 'conflicts';
  conflicts: Conflict[];
}

export const workspaceCalls = {
  create: (taskId: Uuid, workspace: NewWorkspace, idempotencyKey: string) =>
    api.post<Workspace>(path`/tasks/${taskId}/workspaces`, workspace, { idempotencyKey }),
  merge: (id: Uuid, strategy: MergeStrategy, message?: string) =>
    api.post<MergeResult>(path`/workspaces/${id}/merge`, message ? { strategy, message } : { strategy }),
  update: (id: Uuid, strategy: UpdateStrategy, onConflict: 'abort' | 'keep') =>
    api.post<UpdateResult>(path`/workspaces/${id}/update`, { strategy, on_conflict: onConflict }),
  push: (id: Uuid) => api.post<{ remote: string; branch: string; output: string }>(path`/workspaces/${id}/push`, {}),
  commit: (id: Uuid, message: string) => api.post<unknown>(path`/workspaces/${id}/commit`, { message }),
  /** Saves the files as they are. */
  checkpoint: (id: Uuid) => api.post<Checkpoint>(path`/workspaces/${id}/checkpoints`),
  /** Answers with the checkpoint that keeps the state before. */
  rewind: (id: Uuid, checkpoint: number) => api.post<Checkpoint>(path`/workspaces/${id}/rewind`, { checkpoint }),
  discard: (id: Uuid) => api.post<Workspace>(path`/workspaces/${id}/discard`),
  restore: (id: Uuid) => api.post<Workspace>(path`/workspaces/${id}/restore`),
  /** For good. The branch's name is asked back by the server, so that no stray call can do it. */
  purge: (workspace: Workspace) =>
    api.delete(path`/workspaces/${workspace.id}`, { version: workspace.version, body: { branch: workspace.branch } }),
};

/** Puts a workspace that an answer brought where the pages look for it; the feed tells the same a moment later. */
export function keepWorkspace(client: QueryClient, workspace: Workspace): void {
  client.setQueryData<Workspace>(keys.workspace(workspace.id), (known) => (known && known.version > workspace.version ? known : workspace));
  client.setQueryData<Workspace[]>(keys.taskWorkspaces(workspace.task_id), (list) => {
    if (!list) return list;
    const known = list.find((each) => each.id === workspace.id);
    if (!known) return [...list, workspace];
    return known.version > workspace.version ? list : list.map((each) => (each.id === workspace.id ? workspace : each));
  });
}

/** Reads again everything that is read from the files of a workspace. Resolves when what is shown has been. */
export async function refreshFiles(client: QueryClient, workspaceId: Uuid): Promise<void> {
  const read = [keys.diff(workspaceId), keys.commits(workspaceId), keys.checkpoints(workspaceId), [...keys.workspace(workspaceId), 'files']];
  await Promise.allSettled(read.map((queryKey) => client.invalidateQueries({ queryKey })));
}
