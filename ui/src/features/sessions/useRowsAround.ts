import { useCallback, useLayoutEffect, useRef } from 'react';
import type { Row } from './transcript/rows';

/** Rows are drawn this far ahead of where one scrolls to, and this far behind, in px. What is behind costs in each frame. */
const AHEAD = 700;
const BEHIND = 200;
/** Of rows out of sight about this much is drawn anew at a time, in px, so that no frame has to draw all that is ahead. */
const MOST_ANEW = 260;

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
  const drawn = useRef({ first: 0, last: 0 });
  return useCallback(
    ({ startIndex, endIndex }: Shown) => {
      const seq = rows[startIndex]?.seq ?? 0;
      if (seq !== last.current.seq) last.current = { seq, up: seq < last.current.seq };
      const [above, below] = last.current.up ? [AHEAD, BEHIND] : [BEHIND, AHEAD];
      const before = drawn.current;
      let anew = 0;
      /** Adds rows from one end of those in sight, and returns the index of the last of them. */
      const beyond = (end: number, step: 1 | -1, distance: number) => {
        let index = end;
        for (let left = distance; left > 0 && anew < MOST_ANEW; ) {
          const row = rows[index + step];
          if (!row) break;
          index += step;
          const high = height.current(row);
          left -= high;
          if (row.seq < before.first || row.seq > before.last) anew += high;
        }
        return index;
      };
      const from = beyond(startIndex, -1, above);
      const to = beyond(Math.min(endIndex, rows.length - 1), 1, below);
      drawn.current = { first: rows[from]?.seq ?? 0, last: rows[to]?.seq ?? 0 };
      return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
    },
    [rows],
  );
}
