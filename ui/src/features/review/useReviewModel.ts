import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { Comment, Diff, DiffFile, Uuid, Workspace } from '@/shared/api/types';
import { commentsQuery, wholeFileQuery } from './api/review';
import { fileKey, fileSignature } from './model/files';
import { RowCache, type ReviewRow } from './model/rows';
import { filterFiles, treeOrder } from './model/tree';
import { useReview } from './viewState';

export interface ReviewModel {
  /** The files that match the filter, in the order of the tree. */
  files: readonly DiffFile[];
  rows: readonly ReviewRow[];
  comments: readonly Comment[];
  /** Comments on files that the diff no longer has. */
  orphans: readonly Comment[];
  pathOf: (file: Pick<DiffFile, 'repo_id' | 'path'>) => string;
  isViewed: (file: DiffFile) => boolean;
}

const NO_COMMENTS: readonly Comment[] = [];

/** The diff, the comments and the way they are looked at, as the rows of one list. */
export function useReviewModel(workspace: Workspace, diff: Diff | undefined): ReviewModel {
  const { data: comments = NO_COMMENTS } = useQuery(commentsQuery(workspace.id));
  const mode = useReview((view) => view.mode);
  const filter = useReview((view) => view.filter);
  const folded = useReview((view) => view.folded);
  const viewed = useReview((view) => view.viewed);
  const editing = useReview((view) => view.editing);
  const cache = useRef(new RowCache());

  const pathOf = useMemo(() => {
    const names = new Map(workspace.repos.map((repo) => [repo.repo_id, repo.name]));
    const several = workspace.repos.length > 1;
    return (file: Pick<DiffFile, 'repo_id' | 'path'>) => (several ? `${names.get(file.repo_id) ?? 'repo'}/${file.path}` : file.path);
  }, [workspace.repos]);

  const inDiff = useWholeFiles(workspace.id, diff?.files);
  const files = useMemo(() => treeOrder(filterFiles(inDiff, filter), pathOf), [inDiff, filter, pathOf]);
  const byFile = useMemo(() => groupBy(comments, fileKey), [comments]);

  return useMemo(() => {
    const isViewed = (file: DiffFile) => viewed[fileKey(file)] !== undefined && viewed[fileKey(file)] === signatureOf(file);
    const rows = files.flatMap((file) => {
      const key = fileKey(file);
      return cache.current.rowsOf(file, {
        mode,
        collapsed: folded.get(key) ?? isViewed(file),
        comments: byFile.get(key) ?? NO_COMMENTS,
        editing: editing && fileKey(editing) === key ? editing : null,
      });
    });
    const present = new Set(inDiff.map(fileKey));
    const orphans = comments.filter((comment) => comment.status === 'open' && !present.has(fileKey(comment)));
    return { files, rows, comments, orphans, pathOf, isViewed };
  }, [files, inDiff, mode, folded, viewed, byFile, editing, comments, pathOf]);
}

/** The files of the diff, those that were too large replaced by all of them where that was asked for. */
function useWholeFiles(workspaceId: Uuid, files: readonly DiffFile[] = []): readonly DiffFile[] {
  const whole = useReview((view) => view.whole);
  const wanted = files.filter((file) => file.too_large && whole.has(fileKey(file)));
  const loaded = useQueries({ queries: wanted.map((file) => wholeFileQuery(workspaceId, file)), combine: (results) => results.map(({ data }) => data) });
  return useMemo(() => {
    if (loaded.length === 0) return files;
    const byKey = new Map(loaded.flatMap((file) => (file ? [[fileKey(file), file] as const] : [])));
    return files.map((file) => byKey.get(fileKey(file)) ?? file);
  }, [files, loaded]);
}

// A file that did not change keeps its identity over refreshes.
const signatures = new WeakMap<DiffFile, string>();

/** What a file is marked as viewed with. */
export function signatureOf(file: DiffFile): string {
  const signature = signatures.get(file) ?? fileSignature(file);
  signatures.set(file, signature);
  return signature;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
