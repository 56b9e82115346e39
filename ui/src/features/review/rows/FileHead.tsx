import { ChevronRight, FileSymlink } from 'lucide-react';
import { memo } from 'react';
import { AREAS, fileKey, STATUS_LETTERS } from '@/features/review/model/files';
import { signatureOf } from '@/features/review/useReviewModel';
import { patchReview, useReviewStore } from '@/features/review/viewState';
import type { DiffFile } from '@/shared/api/types';
import { Badge } from '@/shared/ui/Badge';
import { IconButton } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { CopyButton } from '@/shared/ui/CopyButton';

interface FileHeadProps {
  file: DiffFile;
  /** With the repo's name in front where there are several. */
  path: string;
  collapsed: boolean;
  viewed: boolean;
  current: boolean;
  onOpenFile: (file: DiffFile) => void;
  /** Called after the file was folded from its pinned head. */
  onFolded?: () => void;
}

/** The head of a file: what happened to it, where the change lives, and whether it was looked at. */
export const FileHead = memo(function FileHead({ file, path, collapsed, viewed, current, onOpenFile, onFolded }: FileHeadProps) {
  const store = useReviewStore();
  const key = fileKey(file);
  const status = STATUS_LETTERS[file.status];
  const cut = path.lastIndexOf('/') + 1;

  const fold = (next: boolean) => {
    patchReview(store, { folded: new Map(store.get().folded).set(key, next) });
    if (next) onFolded?.();
  };
  const setViewed = (next: boolean) => {
    const { [key]: _old, ...others } = store.get().viewed;
    patchReview(store, { viewed: next ? { ...others, [key]: signatureOf(file) } : others });
    fold(next);
  };

  return (
    <div className={cn('@container flex h-9 items-center gap-1.5 border-y bg-surface pr-2 pl-1', current && 'shadow-[inset_2px_0_0_var(--accent)]')}>
      <IconButton label={collapsed ? 'Unfold the file' : 'Fold the file'} aria-expanded={!collapsed} onClick={() => fold(!collapsed)} className="size-6 aria-expanded:bg-transparent">
        <ChevronRight size={14} className={cn('transition-transform', !collapsed && 'rotate-90')} />
      </IconButton>
      <span className={cn('w-3 shrink-0 text-center font-mono text-xs font-semibold', status.className)} title={status.label} aria-label={status.label}>
        {status.letter}
      </span>
      <button type="button" onClick={() => fold(!collapsed)} title={file.old_path ? `${file.old_path} → ${path}` : path} className="flex min-w-8 items-baseline font-mono text-sm" tabIndex={-1}>
        {/* The folders give way first, the name only when they are gone. */}
        <span className="min-w-0 shrink-[1000] truncate text-muted [direction:rtl]">
          <bdi>{path.slice(0, cut)}</bdi>
        </span>
        <span className="min-w-0 truncate font-medium">{path.slice(cut)}</span>
      </button>
      {file.old_path ? <span className="min-w-0 shrink-[3] truncate font-mono text-xs text-faint @max-md:hidden">← {file.old_path}</span> : null}
      <CopyButton text={file.path} label="Copy the path" />
      <Badge className="@max-md:hidden" title={AREAS[file.area].about} tone={file.area === 'committed' ? 'neutral' : 'info'}>
        {AREAS[file.area].label}
      </Badge>
      {file.old_mode && file.new_mode && file.old_mode !== file.new_mode ? (
        <span className="shrink-0 font-mono text-xs text-faint @max-lg:hidden">
          {file.old_mode} → {file.new_mode}
        </span>
      ) : null}
      <span className="flex-1" />
      {file.status === 'deleted' ? null : (
        <IconButton label="Open the whole file" onClick={() => onOpenFile(file)} className="@max-xs:hidden">
          <FileSymlink size={13} />
        </IconButton>
      )}
      <span className="shrink-0 font-mono text-xs tabular-nums" aria-label={`${file.additions} lines added, ${file.deletions} removed`}>
        <span className="text-success">+{file.additions}</span> <span className="text-danger">−{file.deletions}</span>
      </span>
      <label className="flex shrink-0 items-center gap-1 pl-1 text-sm text-muted select-none">
        <input type="checkbox" checked={viewed} onChange={(event) => setViewed(event.target.checked)} className="accent-accent" />
        <span className="@max-sm:sr-only">Viewed</span>
      </label>
    </div>
  );
});
