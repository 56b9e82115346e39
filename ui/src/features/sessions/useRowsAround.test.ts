import { renderHook } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Row } from './transcript/rows';
import { useRowsAround } from './useRowsAround';

const rows = Array.from({ length: 100 }, (_, i): Row => ({ kind: 'user', key: `${i}`, seq: i + 1, turn: 1, at: '2026-01-01T00:00:00Z', text: 'a' }));

function around(heightOf: (row: Row) => number) {
  const { result } = renderHook(() => useRowsAround(rows, heightOf));
  return (startIndex: number, endIndex: number) => {
    const indexes = result.current({ startIndex, endIndex });
    expect(indexes).toEqual(indexes.map((_, i) => (indexes[0] ?? 0) + i));
    return { above: startIndex - (indexes[0] ?? 0), below: (indexes.at(-1) ?? 0) - endIndex };
  };
}

/** Scrolls row by row, as one does. */
const scrolled = (shown: ReturnType<typeof around>, from: number, to: number) => {
  let at = shown(from, from + 9);
  for (let first = from; first !== to; first += Math.sign(to - from)) at = shown(first, first + 9);
  return at;
};

test('more rows are drawn ahead of where one scrolls to than behind, in both directions', () => {
  const shown = around(() => 50);
  const up = scrolled(shown, 70, 40);
  expect(up.above).toBeGreaterThan(2 * up.below);
  expect(up.below).toBeGreaterThan(0);
  const down = scrolled(shown, 40, 70);
  expect(down).toEqual({ above: up.below, below: up.above });
});

test('of high rows fewer are drawn ahead than of low ones', () => {
  expect(scrolled(around(() => 400), 70, 40).above).toBeLessThan(scrolled(around(() => 20), 70, 40).above);
});

test('after a leap only some of what is ahead is drawn, and the rest as one scrolls on', () => {
  const shown = around(() => 50);
  const leapt = shown(50, 59);
  expect(leapt.above).toBeLessThan(shown(49, 58).above);
});

test('nothing is drawn before the first row or behind the last', () => {
  expect(around(() => 50)(0, 99)).toEqual({ above: 0, below: 0 });
});
