import type { Row, ToolRow } from '@/features/sessions/transcript/rows';
import { startsOpen } from './startsOpen';

const LINE = 19;
const DIFF_LINE = 20;
const OUTPUT_LINE = 17.4;
/** About as many characters of prose, and of machine's text, as fit a line of the widest pane. */
const PROSE_COLUMNS = 105;
const OUTPUT_COLUMNS = 95;
/** Half a line stands between two paragraphs. */
const BLANK_LINE = 9;
const MOST_PROMPT = 384;
const MOST_DIFF_LINES = 60;

const known = new WeakMap<Row, number>();

/**
 * A guess of a row's height in px, until it is measured. The nearer it comes, the fewer rows are drawn in vain and moved
 * again while one scrolls into what was not in sight yet.
 */
export function rowHeight(row: Row, isPlainText: boolean): number {
  const height = known.get(row) ?? guess(row, isPlainText);
  known.set(row, height);
  return height;
}

function guess(row: Row, isPlainText: boolean): number {
  switch (row.kind) {
    case 'user':
      return 34 + Math.min(MOST_PROMPT, textHeight(row.text, PROSE_COLUMNS, LINE, LINE));
    case 'message':
      return isPlainText ? textHeight(row.text, OUTPUT_COLUMNS, OUTPUT_LINE, OUTPUT_LINE) : 12 + textHeight(row.text, PROSE_COLUMNS, LINE, BLANK_LINE);
    case 'tool':
      return 37 + (startsOpen(row) ? bodyHeight(row) : 0);
    case 'plan':
      return 30 + row.items.length * 21;
    case 'permission':
      return 44;
    case 'error':
      return 30 + textHeight(row.text, PROSE_COLUMNS, LINE, LINE);
    case 'script':
      return 35;
    case 'thought':
      return 23;
    case 'checkpoint':
      return 28;
    case 'note':
      return 24;
  }
}

function bodyHeight(row: ToolRow): number {
  const parts = (row.content ?? []).map((part) =>
    part.type === 'diff' ? 25 + Math.min(MOST_DIFF_LINES, lineCount(part.old_text ?? '') + lineCount(part.new_text)) * DIFF_LINE : 12 + OUTPUT_LINE * 4,
  );
  // With the line that offers the input.
  return parts.reduce((sum, height) => sum + height, row.input === null ? 0 : 21);
}

const lineCount = (text: string): number => (text === '' ? 0 : text.replace(/\n$/, '').split('\n').length);

function textHeight(text: string, columns: number, line: number, blank: number): number {
  let height = 0;
  for (const each of text.trimEnd().split('\n')) height += each === '' ? blank : Math.ceil(each.length / columns) * line;
  return height;
}
