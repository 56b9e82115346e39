import type { Hunk } from '@/shared/api/types';
import { counterparts, hunkLines, pairLines, type DiffLine, type LinePair } from '@/shared/diff/lines';

interface Derived {
  lines: DiffLine[];
  pairs?: LinePair[];
  counterparts?: Map<DiffLine, DiffLine>;
}

// A hunk that did not change keeps its identity over refreshes, so what is derived of it is kept as well.
const cache = new WeakMap<Hunk, Derived>();

function derived(hunk: Hunk): Derived {
  let known = cache.get(hunk);
  if (!known) {
    known = { lines: hunkLines(hunk) };
    cache.set(hunk, known);
  }
  return known;
}

export const linesOf = (hunk: Hunk): readonly DiffLine[] => derived(hunk).lines;
export const pairsOf = (hunk: Hunk): readonly LinePair[] => {
  const known = derived(hunk);
  return (known.pairs ??= pairLines(known.lines));
};
export const counterpartOf = (hunk: Hunk, line: DiffLine): DiffLine | undefined => {
  const known = derived(hunk);
  return (known.counterparts ??= counterparts(known.lines)).get(line);
};
