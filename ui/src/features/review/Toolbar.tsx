import { Columns2, PanelLeft, Rows2, Search } from 'lucide-react';
import type { Diff, Uuid } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { IconButton } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { Segmented } from '@/shared/ui/Segmented';
import type { ReviewModel } from './useReviewModel';
import { SendReview } from './SendReview';
import { patchReview, useReview, useReviewStore } from './viewState';

interface ToolbarProps {
  workspaceId: Uuid;
  sessionId: Uuid | undefined;
  diff: Diff;
  model: ReviewModel;
  treeOpen: boolean;
  onTree: () => void;
}

/** What the diff comes to, how it is shown, and the comments that wait to be sent. */
export function Toolbar({ workspaceId, sessionId, diff, model, treeOpen, onTree }: ToolbarProps) {
  const store = useReviewStore();
  const mode = useReview((view) => view.mode);
  const filter = useReview((view) => view.filter);
  const viewed = diff.files.filter(model.isViewed).length;
  const open = model.comments.filter((comment) => comment.status === 'open').length;
  return (
    <div className="@container flex h-9 shrink-0 items-center gap-1.5 border-b px-2">
      <IconButton label={treeOpen ? 'Hide the list of files' : 'Show the list of files'} aria-pressed={treeOpen} onClick={onTree}>
        <PanelLeft size={14} />
      </IconButton>
      <label className="flex h-6.5 min-w-0 flex-1 items-center gap-1.5 rounded-md px-1.5 text-muted focus-within:bg-hover sm:max-w-52">
        <Search size={13} className="shrink-0" />
        <input
          data-review-filter
          aria-label="Filter the files"
          placeholder="Filter files"
          value={filter}
          onChange={(event) => patchReview(store, { filter: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            patchReview(store, { filter: '' });
            event.currentTarget.blur();
          }}
          className="w-full min-w-0 bg-transparent text-fg outline-none"
        />
      </label>
      <span className="flex-1 max-sm:hidden" />
      {diff.files.length > 0 ? (
        <span className={cn('shrink-0 text-sm text-faint tabular-nums @max-sm:hidden', viewed === diff.files.length && 'text-success')} title="Files marked as viewed">
          {viewed}/{diff.files.length} viewed
        </span>
      ) : null}
      {open > 0 ? (
        <ForWriters>
          <SendReview workspaceId={workspaceId} sessionId={sessionId} count={open} />
        </ForWriters>
      ) : null}
      <span className="max-sm:hidden">
        <Segmented
          label="How to show changes"
          iconsOnly
          value={mode}
          onChange={(next) => patchReview(store, { mode: next })}
          options={[
            { id: 'unified', label: 'Unified', icon: <Rows2 size={13} /> },
            { id: 'split', label: 'Split', icon: <Columns2 size={13} /> },
          ]}
        />
      </span>
    </div>
  );
}
