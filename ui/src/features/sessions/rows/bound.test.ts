import { describe, expect, it } from 'vitest';
import { boundText } from './bound';

const lines = (n: number) => Array.from({ length: n }, (_, i) => `line ${i + 1}\n`).join('');

describe('a long output', () => {
  it('is shown whole when it is short', () => {
    expect(boundText('a\nb\n', 'tail', false)).toEqual({ shown: 'a\nb', hiddenLines: 0, cutForGood: false });
  });

  it('keeps the first lines of a file and the last of a log', () => {
    const head = boundText(lines(100), 'head', false);
    const tail = boundText(lines(100), 'tail', false);
    expect([head.shown.split('\n').at(0), head.shown.split('\n').at(-1), head.hiddenLines]).toEqual(['line 1', 'line 24', 76]);
    expect([tail.shown.split('\n').at(0), tail.shown.split('\n').at(-1), tail.hiddenLines]).toEqual(['line 77', 'line 100', 76]);
  });

  it('shows all when asked, within what a page can draw', () => {
    expect(boundText(lines(100), 'head', true).shown).toBe(lines(100).trimEnd());
    const huge = boundText('x'.repeat(1_000_000), 'tail', true);
    expect([huge.shown.length, huge.cutForGood]).toEqual([400_000, true]);
  });
});
