import { useQuery } from '@tanstack/react-query';
import { FileDiff } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { DiffFile, Uuid, Workspace } from '@/shared/api/types';
import { diffQuery } from '@/shared/api/workspaces';
import { useIsWide } from '@/shared/hooks/useIsWide';
import { cn } from '@/shared/ui/cn';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { repoFolder } from '@/shared/workspaces/folders';
import type { Anchor } from './api/review';
import { DiffList, type DiffListHandle } from './DiffList';
import { FileTree } from './FileTree';
import { fileKey } from './model/files';
import { CommentCard } from './rows/CommentRows';
import { Toolbar } from './Toolbar';
import { useReviewActions } from './useReviewActions';
import { useReviewModel } from './useReviewModel';
import { patchReview, ReviewContext, reviewStoreOf, useReview, useReviewStore } from './viewState';

interface ReviewPaneProps {
  workspace: Workspace;
  /** The session that is open beside the review, for sending comments. */
  sessionId: Uuid | undefined;
  /** Opens a file by its path in the workspace. */
  onOpenFile: (path: string) => void;
}

/** From this width on the list of files stands beside the changes, else it lies over them. */
const WIDE_PX = 640;

/** What the workspace changed against its base, live, with comments on lines. */
export function ReviewPane(props: ReviewPaneProps) {
  const store = useMemo(() => reviewStoreOf(props.workspace.id), [props.workspace.id]);
  const pane = useRef<HTMLDivElement>(null);
  return (
    <ReviewContext value={store}>
      <div ref={pane} className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Review {...props} wide={useIsWide(pane, WIDE_PX)} />
      </div>
    </ReviewContext>
  );
}

function Review({ workspace, sessionId, onOpenFile, wide }: ReviewPaneProps & { wide: boolean }) {
  const store = useReviewStore();
  const filter = useReview((view) => view.filter);
  const { data: diff, error, refetch } = useQuery(diffQuery(workspace.id));
  const model = useReviewModel(workspace, diff);
  const list = useRef<DiffListHandle>(null);
  const [treeWanted, setTreeWanted] = useState<boolean | null>(null);
  useReviewActions(store, model, list);

  const editing = useReview((view) => view.editing);
  // Only when it opens: the person may scroll away from it while rows change.
  const shownEditor = useRef<Anchor | null>(null);
  const { rows } = model;
  useEffect(() => {
    if (shownEditor.current === editing) return;
    shownEditor.current = editing;
    const index = editing ? rows.findIndex((row) => row.kind === 'editor') : -1;
    if (index >= 0) list.current?.show(index, 'auto');
  }, [editing, rows]);

  // Failures while a diff is shown pass by themselves: the next change reads it again.
  if (error && !diff) return <ErrorState className="flex-1" title="The changes could not be read" error={error} onRetry={() => void refetch()} />;
  if (!diff)
    return (
      <div className="p-4">
        <SkeletonLines lines={9} label="Reading the changes" />
      </div>
    );

  const openFile = (file: DiffFile) => onOpenFile(repoFolder(workspace, file.repo_id) + file.path);
  const several = diff.files.length > 1;
  const treeOpen = treeWanted ?? (wide && several);
  const goTo = (file: DiffFile) => {
    const key = fileKey(file);
    patchReview(store, { cursor: `${key}|file` });
    const index = model.rows.findIndex((row) => row.kind === 'file' && row.fileKey === key);
    list.current?.show(index, 'start');
    if (!wide) setTreeWanted(false);
  };

  return (
    <section aria-label="Changes" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <Toolbar workspaceId={workspace.id} sessionId={sessionId} diff={diff} model={model} treeOpen={treeOpen} onTree={() => setTreeWanted(!treeOpen)} />
      {diff.truncated ? <p className="border-b bg-warning-soft px-3 py-1 text-sm text-warning">There are more changed files than are shown: only the first {diff.files.length}.</p> : null}
      {model.orphans.length > 0 ? (
        <details className="max-h-60 overflow-y-auto border-b">
          <summary className="px-3 py-1 text-sm text-warning">
            {model.orphans.length} {model.orphans.length === 1 ? 'comment is' : 'comments are'} on files that no longer differ
          </summary>
          {model.orphans.map((comment) => (
            <div key={comment.id}>
              <p className="px-4 pt-1 font-mono text-xs text-muted">{comment.path}</p>
              <CommentCard comment={comment} outdated />
            </div>
          ))}
        </details>
      ) : null}
      <div className="relative flex min-h-0 flex-1">
        {treeOpen ? (
          <div className={cn('flex flex-col border-r bg-bg pt-1', wide ? 'w-56 shrink-0' : 'absolute inset-y-0 left-0 z-30 w-72 max-w-[90%] shadow-pop')}>
            <FileTree model={model} onFile={goTo} />
          </div>
        ) : null}
        {diff.files.length === 0 ? (
          <EmptyState className="flex-1" icon={<FileDiff size={26} />} title="No changes yet">
            What differs from {workspace.base_branch} shows up here as it is written.
          </EmptyState>
        ) : model.files.length === 0 ? (
          <EmptyState className="flex-1" title="No file matches">
            None of the {diff.files.length} changed files has “{filter}” in its path.
          </EmptyState>
        ) : (
          <DiffList ref={list} workspaceId={workspace.id} model={model} onOpenFile={openFile} />
        )}
      </div>
    </section>
  );
}
