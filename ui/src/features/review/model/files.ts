import type { DiffFile } from '@/shared/api/types';

/** Names a file among all repos of a workspace. */
export const fileKey = (file: Pick<DiffFile, 'repo_id' | 'path'>): string => `${file.repo_id}:${file.path}`;

/** Changes whenever what the file shows changes: what was viewed before is then to be viewed again. */
export function fileSignature(file: DiffFile): string {
  let hash = 0;
  const mix = (text: string) => {
    for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  };
  for (const hunk of file.hunks) for (const line of hunk.lines) mix(line);
  return `${file.status}:${file.additions}:${file.deletions}:${file.size}:${hash}`;
}

export const STATUS_LETTERS: Record<DiffFile['status'], { letter: string; label: string; className: string }> = {
  added: { letter: 'A', label: 'added', className: 'text-success' },
  modified: { letter: 'M', label: 'modified', className: 'text-warning' },
  deleted: { letter: 'D', label: 'deleted', className: 'text-danger' },
  renamed: { letter: 'R', label: 'renamed', className: 'text-info' },
  copied: { letter: 'C', label: 'copied', className: 'text-info' },
  type_changed: { letter: 'T', label: 'type changed', className: 'text-info' },
  unmerged: { letter: 'U', label: 'in conflict', className: 'text-danger' },
};

export const AREAS: Record<DiffFile['area'], { label: string; about: string }> = {
  committed: { label: 'committed', about: 'Committed on the branch of the workspace' },
  staged: { label: 'staged', about: 'Staged, not committed yet' },
  unstaged: { label: 'uncommitted', about: 'Changed in the files, not staged' },
  untracked: { label: 'untracked', about: 'A new file that git does not track yet' },
  mixed: { label: 'partly committed', about: 'Some of the changes are committed, some are not' },
};
