import { useEffect } from 'react';
import { prepareRow } from './rows/prepareRow';
import type { Row } from './transcript/rows';

/** So many rows above those that are drawn, and below them, are made ready. */
const ROWS_AHEAD = 100;
/** Left of an idle stretch, in ms, one more row is begun. */
const LEAST_LEFT_MS = 4;
/** Where the browser does not tell when it is idle: how long to wait, and to work. */
const PAUSE_MS = 50;
const SLICE_MS = 6;

const prepared = new WeakSet<Row>();

/** Makes rows that may come into sight ready while the page has nothing else to do. */
export function usePreparedRows(rows: readonly Row[], first: number, last: number, isPlainText: boolean): void {
  useEffect(() => {
    const next = rowsAround(rows, first, last);
    const work = (left: () => number) => {
      for (let row = next.next(); ; row = next.next()) {
        if (row.done) return;
        prepared.add(row.value);
        prepareRow(row.value, isPlainText);
        if (left() < LEAST_LEFT_MS) break;
      }
      cancel = whenIdle(work);
    };
    let cancel = whenIdle(work);
    return () => cancel();
  }, [rows, first, last, isPlainText]);
}

/** The nearest first, above and below by turns. */
function* rowsAround(rows: readonly Row[], first: number, last: number): Generator<Row, void> {
  for (let distance = 1; distance <= ROWS_AHEAD; distance++)
    for (const row of [rows[first - distance], rows[last + distance]]) if (row && !prepared.has(row)) yield row;
}

function whenIdle(work: (left: () => number) => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const id = requestIdleCallback((deadline) => work(() => deadline.timeRemaining()));
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(() => {
    const until = performance.now() + SLICE_MS;
    work(() => until - performance.now());
  }, PAUSE_MS);
  return () => clearTimeout(id);
}
