import type { Uuid, Workspace } from '@/shared/api/types';

/** The folder that people mean by "the workspace": the worktree, or the folder around them where there are several. */
export function workingFolder(workspace: Pick<Workspace, 'path' | 'repos'>): string {
  const [only, ...others] = workspace.repos;
  return only && others.length === 0 && only.path !== '' ? only.path : workspace.path;
}

/** A repo's folder relative to the workspace's, with a closing slash; empty where they are the same. */
export function repoFolder(workspace: Pick<Workspace, 'path' | 'repos'>, repoId: Uuid): string {
  const path = workspace.repos.find((repo) => repo.repo_id === repoId)?.path ?? '';
  return path.startsWith(`${workspace.path}/`) ? `${path.slice(workspace.path.length + 1)}/` : '';
}

/** Where browsing the files begins: in the only repo, else at the top. */
export const firstFolder = (workspace: Pick<Workspace, 'path' | 'repos'>): string =>
  workspace.repos.length === 1 ? repoFolder(workspace, workspace.repos[0]?.repo_id ?? '') : '';
