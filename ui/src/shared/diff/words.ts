/** A stretch of a line, in UTF-16 units. */
export interface Range {
  start: number;
  end: number;
}

export interface WordDiff {
  old: Range[];
  new: Range[];
}

/** Longer lines (minified code, data) are not compared word by word. */
const LONGEST_LINE = 600;
/** Below this share of common text, the marks would only be noise. */
const LEAST_COMMON = 0.35;

const WORDS = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;

/** What changed within a line; null when the two lines have too little in common for that to help. */
export function wordDiff(before: string, after: string): WordDiff | null {
  if (before.length > LONGEST_LINE || after.length > LONGEST_LINE || before === after) return null;
  const oldWords = before.match(WORDS) ?? [];
  const newWords = after.match(WORDS) ?? [];
  const keep = commonWords(oldWords, newWords);
  const common = keep.reduce((sum, [i]) => sum + (oldWords[i] ?? '').trim().length, 0);
  const longest = Math.max(before.replace(/\s/g, '').length, after.replace(/\s/g, '').length);
  if (longest > 0 && common / longest < LEAST_COMMON) return null;
  return {
    old: changedRanges(oldWords, new Set(keep.map(([i]) => i))),
    new: changedRanges(newWords, new Set(keep.map(([, j]) => j))),
  };
}

/** The longest common subsequence of two word lists, as pairs of indexes. */
function commonWords(a: readonly string[], b: readonly string[]): [number, number][] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const rows = a.length - head - tail;
  const columns = b.length - head - tail;
  const width = columns + 1;
  const lengths = new Uint16Array((rows + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      lengths[i * width + j] = a[head + i] === b[head + j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));

  const pairs: [number, number][] = Array.from({ length: head }, (_, i) => [i, i]);
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (a[head + i] === b[head + j]) pairs.push([head + i++, head + j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  for (let i = tail; i > 0; i--) pairs.push([a.length - i, b.length - i]);
  return pairs;
}

/** Neighbouring changed words become one range; blanks between two of them belong to it. */
function changedRanges(words: readonly string[], kept: ReadonlySet<number>): Range[] {
  const ranges: Range[] = [];
  let offset = 0;
  for (const [i, word] of words.entries()) {
    const blankBetween = kept.has(i) && /^\s+$/.test(word) && !kept.has(i - 1) && i > 0 && i + 1 < words.length && !kept.has(i + 1);
    if (!kept.has(i) || blankBetween) {
      const last = ranges.at(-1);
      if (last && last.end === offset) last.end += word.length;
      else ranges.push({ start: offset, end: offset + word.length });
    }
    offset += word.length;
  }
  return ranges;
}
