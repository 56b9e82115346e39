import type { RefObject } from 'react';
import { useActions } from '@/shared/actions/actions';
import { announce } from '@/shared/ui/announce';
import type { DiffListHandle } from './DiffList';
import type { ReviewRow } from './model/rows';
import { startComment } from './rows/useLineSelection';
import { signatureOf, type ReviewModel } from './useReviewModel';
import { patchReview, type ReviewStore } from './viewState';

const GROUP = 'Review';

const isLine = (row: ReviewRow | undefined): row is Extract<ReviewRow, { kind: 'line' | 'pair' }> => row?.kind === 'line' || row?.kind === 'pair';

/** What the keyboard does in the review. */
export function useReviewActions(store: ReviewStore, model: ReviewModel, list: RefObject<DiffListHandle | null>): void {
  const { rows, pathOf, isViewed } = model;

  const at = (): number => {
    const { cursor } = store.get();
    const index = cursor === null ? -1 : rows.findIndex((row) => row.key === cursor);
    return index >= 0 ? index : (list.current?.topIndex() ?? 0);
  };

  const go = (index: number, align: 'start' | 'auto') => {
    const row = rows[index];
    if (!row) return;
    patchReview(store, { cursor: row.key });
    list.current?.show(index, align);
    if (row.kind === 'file') announce(pathOf(row.file));
  };

  /** To the next or previous row of a kind; the first step goes to the file or hunk that the view is in. */
  const step = (kind: 'file' | 'hunk', by: 1 | -1) => {
    const untouched = store.get().cursor === null;
    let index = at();
    if (untouched && by === 1 && kind === 'file' && rows[index]?.kind !== 'file') index -= 1;
    if (!(untouched && rows[index]?.kind === kind)) do index += by; while (rows[index] && rows[index]?.kind !== kind);
    if (rows[index]) go(index, kind === 'file' ? 'start' : 'auto');
  };

  const move = (by: 1 | -1) => {
    let index = at();
    do index += by; while (rows[index] && !isLine(rows[index]));
    go(index, 'auto');
  };

  const commentHere = () => {
    const { hovered, cursor } = store.get();
    const own = rows.findIndex((row) => row.key === (cursor ?? hovered));
    let index = own >= 0 ? own : at();
    // From a head the comment goes to the first line below it.
    while (rows[index] && !isLine(rows[index])) index += 1;
    const row = rows[index];
    if (!isLine(row)) return;
    const line = row.kind === 'line' ? row.line : (row.right ?? row.left);
    if (!line) return;
    const side = line.new === null ? 'old' : 'new';
    const number = line[side];
    if (number !== null) startComment(store, row.file, side, number, number);
  };

  const toggleViewed = () => {
    const row = rows[at()];
    if (!row) return;
    const { [row.fileKey]: _old, ...others } = store.get().viewed;
    const now = !isViewed(row.file);
    patchReview(store, {
      viewed: now ? { ...others, [row.fileKey]: signatureOf(row.file) } : others,
      folded: new Map(store.get().folded).set(row.fileKey, now),
      cursor: `${row.fileKey}|file`,
    });
    announce(now ? 'Marked as viewed' : 'No longer marked as viewed');
    if (now) step('file', 1);
  };

  const toggleFold = () => {
    const row = rows[at()];
    if (!row) return;
    const { folded } = store.get();
    patchReview(store, { folded: new Map(folded).set(row.fileKey, !(folded.get(row.fileKey) ?? isViewed(row.file))), cursor: `${row.fileKey}|file` });
  };

  useActions([
    { id: 'review.next-file', title: 'Next file', group: GROUP, shortcut: 'j', paletteHidden: true, run: () => step('file', 1) },
    { id: 'review.previous-file', title: 'Previous file', group: GROUP, shortcut: 'k', paletteHidden: true, run: () => step('file', -1) },
    { id: 'review.next-hunk', title: 'Next change', group: GROUP, shortcut: 'n', paletteHidden: true, run: () => step('hunk', 1) },
    { id: 'review.previous-hunk', title: 'Previous change', group: GROUP, shortcut: 'p', paletteHidden: true, run: () => step('hunk', -1) },
    { id: 'review.next-line', title: 'Next line', group: GROUP, shortcut: 'alt+arrowdown', paletteHidden: true, run: () => move(1) },
    { id: 'review.previous-line', title: 'Previous line', group: GROUP, shortcut: 'alt+arrowup', paletteHidden: true, run: () => move(-1) },
    { id: 'review.comment', writes: true, title: 'Comment on the line', group: GROUP, shortcut: 'c', run: commentHere },
    { id: 'review.viewed', title: 'Mark the file as viewed', group: GROUP, shortcut: 'v', run: toggleViewed },
    { id: 'review.fold', title: 'Fold or unfold the file', group: GROUP, shortcut: 'x', run: toggleFold },
    {
      id: 'review.mode',
      title: 'Switch between unified and split view',
      group: GROUP,
      shortcut: 'u',
      run: () => patchReview(store, { mode: store.get().mode === 'unified' ? 'split' : 'unified' }),
    },
    { id: 'review.filter', title: 'Filter the changed files', group: GROUP, shortcut: '/', run: () => document.querySelector<HTMLInputElement>('[data-review-filter]')?.focus() },
  ]);
}
