import type { Comment, DiffFile } from '@/shared/api/types';
import { linesOf } from './hunkCache';

/** Where a comment stands in the diff now. */
export interface Placed {
  comment: Comment;
  /** The last line that it is about; null when its lines are no longer there. */
  endLine: number | null;
}

/** The lines of one side of a file's diff, by line number. */
function sideLines(file: DiffFile, side: Comment['side']): Map<number, string> {
  const lines = new Map<number, string>();
  for (const hunk of file.hunks)
    for (const line of linesOf(hunk)) {
      const number = line[side];
      if (number !== null) lines.set(number, line.text);
    }
  return lines;
}

function matchesAt(lines: Map<number, string>, start: number, quote: readonly string[]): boolean {
  return quote.every((text, i) => lines.get(start + i) === text);
}

/**
 * Finds the lines that each comment is about: where they were; else wherever the same lines stand now, if
 * only in one place, for the agent may have written above them; else nowhere, and the comment is outdated.
 */
export function placeComments(file: DiffFile, comments: readonly Comment[]): Placed[] {
  const sides = { old: sideLines(file, 'old'), new: sideLines(file, 'new') };
  return comments.map((comment) => {
    const lines = sides[comment.side];
    const quote = comment.quote.split('\n');
    if (lines.has(comment.line) && (comment.quote === '' || matchesAt(lines, comment.line, quote))) return { comment, endLine: comment.end_line };
    if (comment.quote.trim() === '') return { comment, endLine: null };
    const found = [...lines.keys()].filter((line) => matchesAt(lines, line, quote));
    const [only] = found;
    return { comment, endLine: found.length === 1 && only !== undefined ? only + quote.length - 1 : null };
  });
}

/** The text of the lines from `line` to `endLine`, as a comment quotes them. */
export function quoteOf(file: DiffFile, side: Comment['side'], line: number, endLine: number): string {
  const lines = sideLines(file, side);
  const quoted: string[] = [];
  for (let number = line; number <= endLine; number++) {
    const text = lines.get(number);
    if (text !== undefined) quoted.push(text);
  }
  return quoted.join('\n');
}
