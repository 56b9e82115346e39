import { Brain, ChevronRight, CircleAlert, CircleCheck, FilePen, FileText, FolderInput, Globe, LoaderCircle, Search, Settings2, SquareTerminal, Trash2, Wrench } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { memo } from 'react';
import { useExpanded } from '@/features/sessions/transcript/expansion';
import type { ToolRow } from '@/features/sessions/transcript/rows';
import { usePathShortener } from '@/features/sessions/workspacePath';
import { cn } from '@/shared/ui/cn';
import { RowIcon } from './RowIcon';
import { startsOpen } from './startsOpen';
import { ToolBody } from './ToolBody';

const ICONS: Record<string, LucideIcon> = {
  read: FileText,
  edit: FilePen,
  delete: Trash2,
  move: FolderInput,
  search: Search,
  execute: SquareTerminal,
  think: Brain,
  fetch: Globe,
  switch_mode: Settings2,
};

const WAITING = { label: 'waiting', className: 'text-faint', Icon: LoaderCircle };
const STATUS: Record<string, typeof WAITING> = {
  pending: WAITING,
  in_progress: { label: 'running', className: 'text-accent-text animate-spin', Icon: LoaderCircle },
  completed: { label: 'done', className: 'text-success', Icon: CircleCheck },
  failed: { label: 'failed', className: 'text-danger', Icon: CircleAlert },
};

/** One tool call: what, where, how it went; all of it when opened. */
export const ToolCall = memo(function ToolCall({ row }: { row: ToolRow }) {
  const [open, toggle] = useExpanded(row.key, startsOpen(row));
  const Icon = ICONS[row.toolKind] ?? Wrench;
  const status = STATUS[row.status] ?? WAITING;
  const shorten = usePathShortener();
  const [place] = row.locations ?? [];
  const placePath = place ? shorten(place.path) : '';
  return (
    <div className={cn('my-1 rounded-lg border', row.status === 'failed' && 'border-danger/40')}>
      <button
        type="button"
        aria-expanded={open}
        onClick={toggle}
        // Rounded like the frame around it, which would otherwise have to cut what is in it, in each frame.
        className={cn('flex w-full min-w-0 items-center gap-2 bg-surface px-2.5 py-1 text-left -outline-offset-2 hover:bg-hover', open ? 'rounded-t-[8px]' : 'rounded-[8px]')}
      >
        <RowIcon icon={Icon} className="text-muted" />
        <span className={cn('min-w-0 truncate', row.toolKind === 'execute' && 'font-mono text-sm')}>{row.title || row.toolKind}</span>
        {place && !row.title.includes(placePath) ? (
          <span className="hidden min-w-0 truncate font-mono text-xs text-faint sm:inline">
            {placePath}
            {place.line === null ? '' : `:${place.line}`}
          </span>
        ) : null}
        <span className="ml-auto flex shrink-0 items-center gap-1.5">
          <RowIcon icon={status.Icon} className={status.className} />
          <span className="sr-only">{status.label}</span>
          <RowIcon icon={ChevronRight} className={cn('text-faint transition-transform', open && 'rotate-90')} />
        </span>
      </button>
      {open ? (
        <div className="divide-y rounded-b-[8px] border-t bg-sunken">
          <ToolBody row={row} />
        </div>
      ) : null}
    </div>
  );
});
