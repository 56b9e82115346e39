import { useVirtualizer } from '@tanstack/react-virtual';
import { Check, ChevronRight, MessageSquare } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { DiffFile } from '@/shared/api/types';
import { cn } from '@/shared/ui/cn';
import { fileKey, STATUS_LETTERS } from './model/files';
import { treeRows, type TreeRow } from './model/tree';
import type { ReviewModel } from './useReviewModel';
import { patchReview, toggled, useReview, useReviewStore } from './viewState';

const ROW_HEIGHT = 26;
const INDENT = 12;
const OVERSCAN = 20;

/** The changed files as a tree; one click goes to the file. */
export function FileTree({ model, onFile }: { model: ReviewModel; onFile: (file: DiffFile) => void }) {
  const store = useReviewStore();
  const closed = useReview((view) => view.closedFolders);
  const cursor = useReview((view) => view.cursor);
  const scrollRef = useRef<HTMLDivElement>(null);
  const { files, pathOf, comments, isViewed } = model;
  const rows = useMemo(() => treeRows(files, closed, pathOf), [files, closed, pathOf]);
  const counts = useMemo(() => {
    const map = new Map<string, number>();
    for (const comment of comments) if (comment.status === 'open') map.set(fileKey(comment), (map.get(fileKey(comment)) ?? 0) + 1);
    return map;
  }, [comments]);
  const virtualizer = useVirtualizer({ count: rows.length, getScrollElement: () => scrollRef.current, estimateSize: () => ROW_HEIGHT, overscan: OVERSCAN });

  return (
    <div ref={scrollRef} className="min-h-0 flex-1 overflow-y-auto px-1 pb-2">
      <div role="tree" aria-label="Changed files" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row ? (
            <div key={row.key} className="absolute inset-x-0 top-0" style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}>
              {row.kind === 'folder' ? (
                <FolderRow row={row} onToggle={() => patchReview(store, { closedFolders: toggled(store.get().closedFolders, row.key) })} />
              ) : (
                <FileRow row={row} comments={counts.get(row.key) ?? 0} viewed={isViewed(row.file)} current={cursor?.startsWith(`${row.key}|`) ?? false} onPick={() => onFile(row.file)} />
              )}
            </div>
          ) : null;
        })}
      </div>
    </div>
  );
}

const ROW = 'flex h-full w-full min-w-0 items-center gap-1.5 rounded-md pr-1.5 text-left text-sm hover:bg-hover';

function FolderRow({ row, onToggle }: { row: Extract<TreeRow, { kind: 'folder' }>; onToggle: () => void }) {
  return (
    <button type="button" role="treeitem" aria-level={row.depth + 1} aria-expanded={row.open} onClick={onToggle} className={cn(ROW, 'text-muted')} style={{ paddingLeft: 4 + row.depth * INDENT }} title={row.key}>
      <ChevronRight size={12} className={cn('shrink-0 transition-transform', row.open && 'rotate-90')} />
      <span className="min-w-0 truncate">{row.name}</span>
    </button>
  );
}

interface FileRowProps {
  row: Extract<TreeRow, { kind: 'file' }>;
  comments: number;
  viewed: boolean;
  current: boolean;
  onPick: () => void;
}

function FileRow({ row, comments, viewed, current, onPick }: FileRowProps) {
  const status = STATUS_LETTERS[row.file.status];
  return (
    <button
      type="button"
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={current}
      onClick={onPick}
      className={cn(ROW, current && 'bg-active')}
      style={{ paddingLeft: 8 + row.depth * INDENT }}
      title={row.file.path}
    >
      <span className={cn('w-3 shrink-0 text-center font-mono text-2xs font-semibold', status.className)} aria-label={status.label}>
        {status.letter}
      </span>
      <span className={cn('min-w-0 flex-1 truncate', viewed && 'text-faint', row.file.status === 'deleted' && 'line-through')}>{row.name}</span>
      {comments > 0 ? (
        <span className="flex shrink-0 items-center gap-0.5 text-2xs text-accent-text" aria-label={`${comments} comments`}>
          <MessageSquare size={10} />
          {comments}
        </span>
      ) : null}
      {viewed ? (
        <Check size={12} className="shrink-0 text-success" aria-label="viewed" />
      ) : (
        <span className="shrink-0 font-mono text-2xs tabular-nums">
          <span className="text-success">+{row.file.additions}</span> <span className="text-danger">−{row.file.deletions}</span>
        </span>
      )}
    </button>
  );
}
