import { describe, expect, it } from 'vitest';
import type { Hunk } from '@/shared/api/types';
import { compareTexts } from './compare';
import { counterparts, hunkLines, pairLines, sideText } from './lines';
import { wordDiff } from './words';

const hunk = (...lines: string[]): Hunk => ({ old_start: 10, old_lines: 0, new_start: 20, new_lines: 0, heading: '', lines });
const marked = (text: string, ranges: { start: number; end: number }[]) => ranges.map(({ start, end }) => text.slice(start, end));

describe('the lines of a hunk', () => {
  it('are numbered on each side', () => {
    const lines = hunkLines(hunk(' a', '-b', '+c', '+d', ' e'));
    expect(lines.map(({ old, new: now }) => [old, now])).toEqual([[10, 20], [11, null], [null, 21], [null, 22], [12, 23]]);
  });

  it('carry the mark of a missing line end', () => {
    const lines = hunkLines(hunk('-a', '\\ No newline at end of file', '+b'));
    expect(lines.map(({ noNewline }) => noNewline)).toEqual([true, false]);
  });

  it('stand side by side in the split view, what is over alone', () => {
    const pairs = pairLines(hunkLines(hunk(' a', '-b', '-c', '+d', ' e', '+f')));
    expect(pairs.map(({ left, right }) => [left?.text ?? null, right?.text ?? null])).toEqual([
      ['a', 'a'],
      ['b', 'd'],
      ['c', null],
      ['e', 'e'],
      [null, 'f'],
    ]);
  });

  it('know the line that they replace', () => {
    const lines = hunkLines(hunk('-b', '-c', '+d'));
    const [b, c, d] = lines as [(typeof lines)[0], (typeof lines)[0], (typeof lines)[0]];
    const map = counterparts(lines);
    expect([map.get(b), map.get(d), map.get(c)]).toEqual([d, b, undefined]);
  });

  it('give back the text of either side', () => {
    const lines = hunkLines(hunk(' a', '-b', '+c'));
    expect([sideText(lines, 'old'), sideText(lines, 'new')]).toEqual(['a\nb', 'a\nc']);
  });
});

describe('the words of a changed line', () => {
  it('marks only what changed', () => {
    const [before, after] = ['const total = sum(a, b);', 'const total = product(a, b);'];
    const diff = wordDiff(before, after);
    expect([marked(before, diff?.old ?? []), marked(after, diff?.new ?? [])]).toEqual([['sum'], ['product']]);
  });

  it('joins changed words over the blank between them', () => {
    const after = 'the quick red fox ran home';
    expect(marked(after, wordDiff('the quick brown dog ran home', after)?.new ?? [])).toEqual(['red fox']);
  });

  it('marks nothing in lines that have little in common, or are too long', () => {
    expect(wordDiff('import a from "b";', 'return 42 + offset;')).toBeNull();
    expect(wordDiff('x'.repeat(700), `${'x'.repeat(700)}y`)).toBeNull();
  });
});

/** Applies hunks to the old text: the proof that a diff says what happened. */
function apply(before: string, hunks: Hunk[]): string {
  const lines = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  for (const each of hunks.toReversed()) {
    const added = each.lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1));
    const removed = each.lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
    const from = each.old_start - 1;
    expect(lines.slice(from, from + each.old_lines)).toEqual(removed);
    lines.splice(from, each.old_lines, ...added);
  }
  return lines.map((line) => `${line}\n`).join('');
}

describe('comparing two texts', () => {
  it('makes hunks that turn the one into the other', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n;
    for (let round = 0; round < 60; round++) {
      const before = Array.from({ length: random(60) }, () => `line ${random(12)}\n`);
      const after = before.slice();
      for (let i = 0; i < random(9); i++) after.splice(random(after.length + 1), random(3), `new ${i}\n`);
      expect(apply(before.join(''), compareTexts(before.join(''), after.join('')))).toBe(after.join(''));
    }
  });

  it('keeps changes that are far apart in hunks of their own, three lines of context each', () => {
    const before = Array.from({ length: 40 }, (_, i) => `${i}\n`);
    const after = before.with(5, 'five\n').with(30, 'thirty\n');
    const hunks = compareTexts(before.join(''), after.join(''));
    expect(hunks.map(({ old_start, old_lines, lines }) => [old_start, old_lines, lines.length])).toEqual([[3, 7, 8], [28, 7, 8]]);
  });

  it('shows a new file as added and an equal one as nothing', () => {
    expect(compareTexts('', 'a\nb\n')[0]?.lines).toEqual(['+a', '+b']);
    expect(compareTexts('a\n', 'a\n')).toEqual([]);
  });

  it('gives up on the shortest edit, not on the truth, when two texts differ wholly', () => {
    const before = Array.from({ length: 3000 }, (_, i) => `old ${i}\n`).join('');
    const after = Array.from({ length: 3000 }, (_, i) => `new ${i}\n`).join('');
    expect(apply(before, compareTexts(before, after))).toBe(after);
  });
});
