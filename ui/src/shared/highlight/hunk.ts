import { useMemo } from 'react';
import type { Hunk } from '@/shared/api/types';
import { hunkLines, sideText } from '@/shared/diff/lines';
import { useHighlight } from './highlight';
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

export function useHunkTokens(hunk: Hunk, path: string): HunkTokens | null {
  const language = languageOf(path);
  const old = useHighlight(oldSideOf(hunk), language, () => sideText(hunkLines(hunk), 'old'));
  const now = useHighlight(hunk, language, () => sideText(hunkLines(hunk), 'new'));
  return useMemo(() => (old || now ? { old: old ?? NONE, new: now ?? NONE } : null), [old, now]);
}
