import { ApiError } from '@/shared/api/errors';
import type { Conflict } from '@/shared/api/types';
import type { MergeStrategy } from '@/shared/api/workspaces';

export const STRATEGIES: { id: MergeStrategy; label: string; about: string }[] = [
  { id: 'squash', label: 'Squash', about: 'All of the work becomes one commit on the base branch.' },
  { id: 'merge', label: 'Merge commit', about: 'The commits are kept and joined by a merge commit.' },
  { id: 'rebase', label: 'Rebase', about: 'The commits are put one by one on top of the base branch.' },
];

const ADVICE: Record<string, string> = {
  base_dirty: 'Commit, stash or undo those changes in your own checkout of the repository, then merge again. Nothing was changed.',
  nothing_to_merge: 'The base branch already has everything. Discard the workspace if you are done with it.',
  session_active: 'Stop the agent or wait until its turn ends, then try again.',
  workspace_busy: 'Another operation is under way in this workspace. Try again in a moment.',
  no_author: 'Set your name and address for commits in the settings.',
  no_remote: 'Add a remote to the repository first: git remote add origin <address>.',
  other_branch_checked_out: 'Check the workspace’s own branch out again in its folder, then try again.',
  merge_in_progress: 'Finish or abort the merge in the folder of the workspace first.',
  rebase_in_progress: 'Finish or abort the rebase in the folder of the workspace first.',
};

/** What a person can do about a refused operation, where that is known. */
export const adviceFor = (error: unknown): string | null => (error instanceof ApiError ? (ADVICE[error.code] ?? null) : null);

/** The paths that did not merge; null when the refusal has another reason. */
export function conflictsOf(error: unknown): Conflict[] | null {
  if (!(error instanceof ApiError) || error.code !== 'merge_conflict') return null;
  return error.problem.conflicts ?? [];
}

/** The first line that a squashed or merged commit gets, unless it is edited. */
export const defaultMessage = (title: string, description: string): string => [title.trim(), description.trim()].filter(Boolean).join('\n\n');

/** What the agent is asked to do about a merge that it finds unfinished in its files. */
export function resolveInstruction(baseBranch: string, conflicts: readonly Conflict[]): string {
  const files = conflicts.map(({ path, kind }) => `- ${path}${kind ? ` (${kind})` : ''}`).join('\n');
  return [
    `The branch \`${baseBranch}\` was merged into this workspace and these files have conflicts:`,
    files,
    'Resolve them: keep what both sides mean to do, remove every conflict marker, and make sure that the project still builds and its tests pass. ' +
      'Then stage the resolved files with `git add` and finish the merge with `git commit --no-edit`. Do not abort the merge.',
  ].join('\n\n');
}
