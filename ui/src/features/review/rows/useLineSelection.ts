import { useCallback } from 'react';
import type { Anchor } from '@/features/review/api/review';
import { quoteOf } from '@/features/review/model/anchor';
import { fileKey } from '@/features/review/model/files';
import { patchReview, setDraft, useReview, useReviewStore, type ReviewStore } from '@/features/review/viewState';
import type { DiffFile } from '@/shared/api/types';

type Side = Anchor['side'];

/** Opens the editor of a new comment on some lines. What was typed in an open one goes along. */
export function startComment(store: ReviewStore, file: DiffFile, side: Side, from: number, to: number): void {
  const [line, endLine] = from <= to ? [from, to] : [to, from];
  patchReview(store, {
    selecting: null,
    editing: { repo_id: file.repo_id, path: file.path, side, line, end_line: endLine, quote: quoteOf(file, side, line, endLine) },
  });
  if (!store.get().drafts.has('new')) setDraft(store, 'new', '');
}

/** Drawing a comment over lines with the pointer: press on the first, let go on the last. */
export function useLineSelection(file: DiffFile, side: Side, number: number | null) {
  const store = useReviewStore();
  const key = fileKey(file);
  const selected = useReview(({ selecting, editing }) => {
    if (number === null) return false;
    if (selecting) return selecting.fileKey === key && selecting.side === side && between(number, selecting.from, selecting.to);
    return editing !== null && fileKey(editing) === key && editing.side === side && between(number, editing.line, editing.end_line);
  });

  const begin = useCallback(
    (shift: boolean) => {
      if (number === null) return;
      const { editing } = store.get();
      if (shift && editing && fileKey(editing) === key && editing.side === side) {
        startComment(store, file, side, editing.line, number);
        return;
      }
      patchReview(store, { selecting: { fileKey: key, side, from: number, to: number } });
      const finish = () => {
        const { selecting } = store.get();
        if (selecting) startComment(store, file, side, selecting.from, selecting.to);
      };
      // The pointer may be let go anywhere. A tap has ended already.
      if (window.matchMedia('(hover: none)').matches) finish();
      else window.addEventListener('pointerup', finish, { once: true });
    },
    [store, file, key, side, number],
  );

  const extend = useCallback(() => {
    const { selecting } = store.get();
    if (number !== null && selecting?.fileKey === key && selecting.side === side && selecting.to !== number) patchReview(store, { selecting: { ...selecting, to: number } });
  }, [store, key, side, number]);

  return { selected, begin, extend };
}

const between = (number: number, a: number, b: number): boolean => number >= Math.min(a, b) && number <= Math.max(a, b);
