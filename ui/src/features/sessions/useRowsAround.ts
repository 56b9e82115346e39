import { useCallback, useLayoutEffect, useRef } from 'react';
import type { Row } from './transcript/rows';

/** Rows are drawn this far ahead of where one scrolls to, and this far behind, in px. What is behind costs in each frame. */
const AHEAD = 700;
const BEHIND = 200;

interface Shown {
  startIndex: number;
  endIndex: number;
}

/** Which rows a virtual list draws beside those in sight: more of them where one is headed. */
export function useRowsAround(rows: readonly Row[], heightOf: (row: Row) => number): (shown: Shown) => number[] {
  const height = useRef(heightOf);
  useLayoutEffect(() => {
    height.current = heightOf;
  });
  // A transcript is opened at its end, and read upwards from there.
  const last = useRef({ seq: Infinity, up: true });
  return useCallback(
    ({ startIndex, endIndex }: Shown) => {
      const seq = rows[startIndex]?.seq ?? 0;
      if (seq !== last.current.seq) last.current = { seq, up: seq < last.current.seq };
      const [above, below] = last.current.up ? [AHEAD, BEHIND] : [BEHIND, AHEAD];
      return indexesAround(startIndex, endIndex, above, below, rows, height.current);
    },
    [rows],
  );
}

/** The indexes from first to last, and of the rows beside them up to so many px. */
export function indexesAround(first: number, last: number, above: number, below: number, rows: readonly Row[], heightOf: (row: Row) => number): number[] {
  let from = first;
  let to = Math.min(last, rows.length - 1);
  const heightAt = (index: number) => {
    const row = rows[index];
    return row ? heightOf(row) : 0;
  };
  for (let left = above; from > 0 && left > 0; left -= heightAt(from)) from -= 1;
  for (let left = below; to < rows.length - 1 && left > 0; left -= heightAt(to)) to += 1;
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
