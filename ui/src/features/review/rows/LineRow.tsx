import { Plus } from 'lucide-react';
import { memo, type PointerEvent } from 'react';
import { counterpartOf } from '@/features/review/model/hunkCache';
import type { ReviewRow } from '@/features/review/model/rows';
import { useReview } from '@/features/review/viewState';
import type { DiffFile, Hunk } from '@/shared/api/types';
import { DiffCode } from '@/shared/diff/DiffCode';
import type { DiffLine } from '@/shared/diff/lines';
import { useHunkTokens } from '@/shared/highlight/hunk';
import { readOnlyStore } from '@/shared/identity/readOnly';
import { cn } from '@/shared/ui/cn';
import { useLineSelection } from './useLineSelection';

type RowOf<Kind extends ReviewRow['kind']> = Extract<ReviewRow, { kind: Kind }>;

const GUTTER = 'w-10 shrink-0 cursor-pointer pr-2 max-sm:w-8 max-sm:pr-1 text-right text-2xs leading-5 text-faint select-none';

/** A line of the unified view. */
export const LineRow = memo(function LineRow({ row }: { row: RowOf<'line'> }) {
  const { line, hunk, file } = row;
  const tokens = useHunkTokens(hunk, file.path);
  const atCursor = useReview((view) => view.cursor === row.key);
  const side = line.kind === 'del' ? 'old' : 'new';
  const { selected, begin, extend } = useLineSelection(file, side, line[side]);
  return (
    <div onPointerEnter={extend} className={cn('group/line relative flex font-mono text-sm leading-5', selected && 'diff-selected', atCursor && 'diff-cursor')}>
      <Gutter number={line.old} onBegin={begin} />
      <Gutter number={line.new} onBegin={begin} />
      <AddComment onBegin={begin} className="left-[68px]" />
      <DiffCode line={line} tokens={tokens} counterpart={counterpartOf(hunk, line)} />
    </div>
  );
});

/** A line number. Pressing it begins a comment, which is the way on a touch screen. */
const Gutter = ({ number, onBegin }: { number: number | null; onBegin: (shift: boolean) => void }) => (
  <span className={GUTTER} onPointerDown={(event) => beginAt(event, onBegin)}>
    {number}
  </span>
);

function beginAt(event: PointerEvent, onBegin: (shift: boolean) => void): void {
  if (readOnlyStore.get()) return;
  // A finger that scrolls must not begin a comment: only a mouse draws, a finger taps.
  if (event.pointerType !== 'mouse') {
    event.currentTarget.addEventListener('click', () => onBegin(false), { once: true });
    return;
  }
  if (event.button !== 0) return;
  event.preventDefault();
  onBegin(event.shiftKey);
}

function AddComment({ onBegin, className }: { onBegin: (shift: boolean) => void; className: string }) {
  // Not listened to: there is one on each line, and who may only look mostly keeps doing so.
  if (readOnlyStore.get()) return null;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label="Comment on this line"
      title="Comment on this line; drag over more"
      onPointerDown={(event) => beginAt(event, onBegin)}
      className={cn('absolute top-0 z-10 flex size-5 items-center justify-center rounded-sm bg-accent text-on-accent opacity-0 group-hover/line:opacity-100 [@media(hover:none)]:hidden', className)}
    >
      <Plus size={13} />
    </button>
  );
}

/** A line of the split view: before on the left, after on the right. */
export const PairRow = memo(function PairRow({ row }: { row: RowOf<'pair'> }) {
  const atCursor = useReview((view) => view.cursor === row.key);
  return (
    <div className={cn('flex font-mono text-sm leading-5', atCursor && 'diff-cursor')}>
      <Half file={row.file} hunk={row.hunk} line={row.left} side="old" />
      <span className="w-px shrink-0 bg-line" />
      <Half file={row.file} hunk={row.hunk} line={row.right} side="new" />
    </div>
  );
});

function Half({ file, hunk, line, side }: { file: DiffFile; hunk: Hunk; line: DiffLine | null; side: 'old' | 'new' }) {
  const tokens = useHunkTokens(hunk, file.path);
  const number = line?.[side] ?? null;
  const { selected, begin, extend } = useLineSelection(file, side, number);
  if (!line) return <span className="diff-nothing min-w-0 flex-1" />;
  return (
    <div onPointerEnter={extend} className={cn('group/line relative flex min-w-0 flex-1', selected && 'diff-selected')}>
      <Gutter number={number} onBegin={begin} />
      <AddComment onBegin={begin} className="left-[28px]" />
      <DiffCode line={line} tokens={tokens} counterpart={counterpartOf(hunk, line)} />
    </div>
  );
}
