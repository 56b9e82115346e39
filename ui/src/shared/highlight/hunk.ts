import { useMemo } from 'react';
import type { Hunk } from '@/shared/api/types';
import { hunkLines, sideText } from '@/shared/diff/lines';
import { prepareHighlight, useHighlight } from './highlight';
import { languageOf } from './languages';
import type { Token } from './tokens';

/** The colours of both sides of a hunk, by the line's place in that side. */
export interface HunkTokens {
  old: Token[][];
  new: Token[][];
}

const NONE: Token[][] = [];
// The old side's colours need a key of their own.
const oldSides = new WeakMap<Hunk, object>();

function oldSideOf(hunk: Hunk): object {
  const known = oldSides.get(hunk) ?? {};
  oldSides.set(hunk, known);
  return known;
}

const textOf = (hunk: Hunk, side: 'old' | 'new') => () => sideText(hunkLines(hunk), side);

/** Asks for the colours of a hunk that will be shown soon. */
export function prepareHunkTokens(hunk: Hunk, path: string): void {
  const language = languageOf(path);
  prepareHighlight(oldSideOf(hunk), language, textOf(hunk, 'old'));
  prepareHighlight(hunk, language, textOf(hunk, 'new'));
}

export function useHunkTokens(hunk: Hunk, path: string): HunkTokens | null {
  const language = languageOf(path);
  const old = useHighlight(oldSideOf(hunk), language, textOf(hunk, 'old'));
  const now = useHighlight(hunk, language, textOf(hunk, 'new'));
  return useMemo(() => (old || now ? { old: old ?? NONE, new: now ?? NONE } : null), [old, now]);
}
