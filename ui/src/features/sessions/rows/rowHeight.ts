import type { Row, ToolRow } from '@/features/sessions/transcript/rows';
import { boundText } from './bound';
import { hunksOf, type DiffPart } from './diffHunks';
import { proseHeight } from './proseHeight';
import { startsOpen } from './startsOpen';
import { wrappedLines } from './wrappedLines';

// These follow the rows' own classes: paddings, borders, and the heights of lines of text.
const TEXT = { size: 13, line: 19 };
const MACHINE = { size: 12, line: 12 * 1.45 };
const DIFF = { size: 12, line: 20 };
/** Beside the text of a line of a diff: the number, the sign, and room at the end. */
const DIFF_MARGIN = 40 + 27;
const MOST_DIFF_LINES = 60;
const MOST_PROMPT = 384;

interface Guess {
  width: number;
  isPlainText: boolean;
  height: number;
}

const known = new WeakMap<Row, Guess>();

/**
 * A guess of a row's height in px, until it is measured. `width` is that of the row's content. The nearer it comes, the
 * fewer rows are drawn in vain and moved again while one scrolls into what was not in sight yet.
 */
export function rowHeight(row: Row, isPlainText: boolean, width: number): number {
  const old = known.get(row);
  if (old?.width === width && old.isPlainText === isPlainText) return old.height;
  const height = Math.round(guess(row, isPlainText, width));
  known.set(row, { width, isPlainText, height });
  return height;
}

function guess(row: Row, isPlainText: boolean, width: number): number {
  switch (row.kind) {
    case 'user':
      return 34 + Math.min(MOST_PROMPT, linesOf(row.text, width - 26, 'sans', TEXT.size) * TEXT.line);
    case 'message':
      return isPlainText ? linesOf(row.text.replace(/\n$/, ''), width, 'mono', MACHINE.size) * MACHINE.line : 12 + proseHeight(row.text, width);
    case 'tool':
      return 37 + (startsOpen(row) ? 1 + bodyHeight(row, width - 2) : 0);
    case 'plan':
      return 30 + row.items.length * 23 - 4;
    case 'permission':
      return 21;
    case 'error':
      return 30 + linesOf(row.text, width - 80, 'sans', TEXT.size) * TEXT.line;
    case 'script':
      return 37;
    case 'thought':
      return 21;
    case 'checkpoint':
      return 28;
    case 'note':
      return 24;
  }
}

function bodyHeight(row: ToolRow, width: number): number {
  const parts = (row.content ?? []).map((part) => {
    if (part.type === 'diff') return 24 + diffHeight(part, width);
    const text = part.type === 'text' ? part.text : part.output;
    const { shown, hiddenLines } = boundText(text, part.type === 'text' ? 'head' : 'tail', false);
    return 12 + linesOf(shown, width - 24, 'mono', MACHINE.size) * MACHINE.line + (hiddenLines > 0 ? 21 : 0);
  });
  const places = row.locations?.length ?? 0;
  if (places > 1) parts.push(12 + places * 16);
  // The line that offers the input.
  if (row.input !== null) parts.push(20);
  // Lines stand between the parts.
  return parts.reduce((sum, height) => sum + height, parts.length - 1);
}

function diffHeight(part: DiffPart, width: number): number {
  let lines = 0;
  let more = 0;
  for (const [i, hunk] of hunksOf(part).entries()) {
    if (i > 0) lines += 1;
    for (const line of hunk.lines) {
      if (lines >= MOST_DIFF_LINES) more = 19;
      else lines += wrappedLines(line.slice(1), width - DIFF_MARGIN, 'mono', DIFF.size);
    }
  }
  return lines * DIFF.line + more;
}

function linesOf(text: string, width: number, face: 'sans' | 'mono', size: number): number {
  let lines = 0;
  for (const line of text.split('\n')) lines += wrappedLines(line, width, face, size);
  return lines;
}
