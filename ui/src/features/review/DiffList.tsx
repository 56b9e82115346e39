import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useImperativeHandle, useRef, type ReactNode, type Ref } from 'react';
import type { DiffFile, Uuid } from '@/shared/api/types';
import { fileKey } from './model/files';
import type { ReviewRow } from './model/rows';
import { CommentList, NewComment } from './rows/CommentRows';
import { FileHead } from './rows/FileHead';
import { LineRow, PairRow } from './rows/LineRow';
import { NoticeRow } from './rows/NoticeRow';
import type { ReviewModel } from './useReviewModel';
import { patchReview, useReview, useReviewStore } from './viewState';

/** First guesses of the rows' heights in px. */
const HEIGHTS: Record<ReviewRow['kind'], number> = { file: 36, hunk: 26, line: 20, pair: 20, comments: 96, editor: 170, notice: 40 };
const OVERSCAN = 25;
const HEAD_HEIGHT = HEIGHTS.file;

export interface DiffListHandle {
  /** Brings a row into sight. */
  show(index: number, align: 'start' | 'auto'): void;
  /** The row at the top of the view, below the pinned head. */
  topIndex(): number;
}

interface DiffListProps {
  ref: Ref<DiffListHandle>;
  workspaceId: Uuid;
  model: ReviewModel;
  onOpenFile: (file: DiffFile) => void;
}

/** All files of the diff in one virtual list, the head of the file in sight pinned at its top. */
export function DiffList({ ref, workspaceId, model, onOpenFile }: DiffListProps) {
  const { rows, pathOf, isViewed } = model;
  const store = useReviewStore();
  const scrollRef = useRef<HTMLDivElement>(null);
  const folded = useReview((view) => view.folded);
  const cursor = useReview((view) => view.cursor);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => HEIGHTS[rows[index]?.kind ?? 'line'],
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    overscan: OVERSCAN,
    scrollPaddingStart: HEAD_HEIGHT,
    paddingEnd: 120,
    // Keeps the line at the top in its place while files above it change.
    anchorTo: 'end',
    // Never "at the end": a diff that grows does not pull the view along.
    scrollEndThreshold: -1,
    // Scrolling moves the rows without drawing them again.
    directDomUpdates: true,
  });

  // The place that the virtualizer keeps while rows above change may lie past the end of a list that got short.
  const furthest = Math.max(0, virtualizer.getTotalSize() - (virtualizer.scrollRect?.height ?? 0));
  const offset = Math.min(virtualizer.scrollOffset ?? 0, furthest);
  const top = virtualizer.getVirtualItemForOffset(offset)?.index ?? 0;

  useImperativeHandle(ref, () => ({
    show: (index, align) => {
      // A file's head takes the pinned one's place.
      if (align === 'start' && rows[index]?.kind === 'file') virtualizer.scrollToOffset(virtualizer.measurementsCache[index]?.start ?? 0);
      else virtualizer.scrollToIndex(index, { align: align === 'start' ? 'start' : 'auto' });
    },
    topIndex: () => virtualizer.getVirtualItemForOffset((virtualizer.scrollOffset ?? 0) + HEAD_HEIGHT)?.index ?? 0,
  }));

  const headOf = (row: ReviewRow, onFolded?: () => void) => (
    <FileHead
      file={row.file}
      path={pathOf(row.file)}
      collapsed={folded.get(row.fileKey) ?? isViewed(row.file)}
      viewed={isViewed(row.file)}
      current={cursor?.startsWith(`${row.fileKey}|`) ?? false}
      onOpenFile={onOpenFile}
      {...(onFolded ? { onFolded } : {})}
    />
  );

  const pinned = rows[top];
  const showPinned = () => {
    const head = rows.findIndex((row) => row.kind === 'file' && row.fileKey === pinned?.fileKey);
    if (head >= 0) virtualizer.scrollToOffset(virtualizer.measurementsCache[head]?.start ?? 0);
  };

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col">
      {pinned && offset > 0 ? <div className="absolute inset-x-0 top-0 z-20 -mt-px shadow-card">{headOf(pinned, showPinned)}</div> : null}
      <div ref={scrollRef} tabIndex={0} role="region" aria-label="Changed files" className="min-h-0 flex-1 overflow-y-auto overscroll-contain outline-none [overflow-anchor:none] focus-visible:shadow-[inset_2px_0_0_var(--accent)]">
        <div ref={virtualizer.containerRef} className="relative">
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row ? (
              <div
                key={item.key}
                data-index={item.index}
                ref={virtualizer.measureElement}
                onPointerEnter={row.kind === 'line' || row.kind === 'pair' ? () => patchReview(store, { hovered: row.key }) : undefined}
                className="absolute top-0 left-0 w-full"
              >
                <Row row={row} workspaceId={workspaceId} head={headOf} />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

function Row({ row, workspaceId, head }: { row: ReviewRow; workspaceId: Uuid; head: (row: ReviewRow) => ReactNode }) {
  switch (row.kind) {
    case 'file':
      return <div className="-mt-px">{head(row)}</div>;
    case 'hunk':
      return (
        <div className="truncate bg-sunken px-3 py-[3px] font-mono text-xs text-faint select-none">
          @@ −{row.hunk.old_start},{row.hunk.old_lines} +{row.hunk.new_start},{row.hunk.new_lines} @@ <span className="text-muted">{row.hunk.heading}</span>
        </div>
      );
    case 'line':
      return <LineRow row={row} />;
    case 'pair':
      return <PairRow row={row} />;
    case 'comments':
      return <CommentList comments={row.comments} outdated={row.outdated} />;
    case 'editor':
      return <NewComment key={fileKey(row.anchor)} workspaceId={workspaceId} anchor={row.anchor} />;
    case 'notice':
      return <NoticeRow row={row} workspaceId={workspaceId} />;
  }
}
