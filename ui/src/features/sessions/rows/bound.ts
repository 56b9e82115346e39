const FEW_LINES = 24;
const FEW_CHARS = 6_000;
/** Even "all" is bounded: a page cannot draw a million lines. */
const MOST_CHARS = 400_000;

interface Bounded {
  shown: string;
  /** Lines that `all` would show more, or that it shows more. */
  hiddenLines: number;
  /** Not even `all` shows the whole text. */
  cutForGood: boolean;
}

/** The part of a long text to show: some lines of one end, or all of it within reason. */
export function boundText(text: string, keep: 'head' | 'tail', all: boolean): Bounded {
  const few = cut(text, keep, FEW_CHARS, FEW_LINES);
  const most = cut(text, keep, MOST_CHARS, Infinity);
  const hiddenLines = few.length < most.length ? Math.max(1, lineCount(most) - lineCount(few)) : 0;
  return { shown: all ? most : few, hiddenLines, cutForGood: all && most.length < text.length };
}

function lineCount(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function cut(text: string, keep: 'head' | 'tail', chars: number, lines: number): string {
  // A closing line end is no line of its own.
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  if (keep === 'head') {
    let to = Math.min(end, chars);
    for (let at = -1, n = 0; n < lines; n++) {
      at = text.indexOf('\n', at + 1);
      if (at < 0 || at >= to) return text.slice(0, to);
      if (n === lines - 1) to = at;
    }
    return text.slice(0, to);
  }
  let from = Math.max(0, end - chars);
  for (let at = end, n = 0; n < lines; n++) {
    at = at <= 0 ? -1 : text.lastIndexOf('\n', at - 1);
    if (at < from) return text.slice(from, end);
    if (n === lines - 1) from = at + 1;
  }
  return text.slice(from, end);
}
