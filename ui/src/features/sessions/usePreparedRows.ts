import { useEffect } from 'react';
import { prepareRow } from './rows/prepareRow';
import type { Row } from './transcript/rows';

/** So many rows above those that are drawn, and below them, are made ready. */
const ROWS_AHEAD = 200;
/** One goes on while this much is left of an idle stretch, in ms. */
const LEAST_LEFT_MS = 4;
/** Of an idle stretch no more is taken than this, in ms: a browser that sees nothing coming offers far more than a frame. */
const MOST_TAKEN_MS = 5;
/** How long to wait where the browser does not tell when it is idle. */
const PAUSE_MS = 50;

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
        if (left() <= 0) break;
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

/** Calls `work` with what is left of the time that it may take. */
function whenIdle(work: (left: () => number) => void): () => void {
  const begin = (idle: () => number) => {
    const until = performance.now() + MOST_TAKEN_MS;
    work(() => Math.min(until - performance.now(), idle() - LEAST_LEFT_MS));
  };
  if (typeof requestIdleCallback === 'function') {
    const id = requestIdleCallback((deadline) => begin(() => deadline.timeRemaining()));
    return () => cancelIdleCallback(id);
  }
  const id = setTimeout(() => begin(() => Infinity), PAUSE_MS);
  return () => clearTimeout(id);
}
