import { wrappedLines } from './wrappedLines';

// These follow markdown.css.
const SIZE = 13;
const LINE = SIZE * 1.6;
const GAP = SIZE * 0.65;
const INDENT = SIZE * 1.5;
const ITEM_GAP = SIZE * 0.5;
const QUOTE = 3 + SIZE * 0.9;
const HEADING_SIZES = [1.35, 1.2, 1.08, 1, 1, 1];
const HEADING_LINE = 1.3;
const HEADING_GAP = 1.1;
const CODE_LINE = SIZE * 1.5 + 0.42;
const CODE_FRAME = 2 + SIZE * 1.4;
const TABLE_ROW = LINE + SIZE * 0.5 + 1;
const RULE = 1;

const FENCE = /^ *(`{3,}|~{3,})/;
const HEADING = /^ {0,3}(#{1,6}) +(.*)$/;
const ITEM = /^( *)(?:[-*+]|\d+[.)]) +(.*)$/;
/** What marks up a line and is not shown: emphasis, the quotes of code, the addresses of links. */
const MARKS = /\*\*|__|[*`~]|!?\[([^\]]*)\]\([^)]*\)/g;

type Block = 'paragraph' | 'list' | 'table' | 'quote' | 'other' | null;

/**
 * How high a markdown text stands in a box of this width, in px. It is read line by line: what a page needs a parser
 * for is guessed, as it is of no weight in what agents write.
 */
export function proseHeight(text: string, width: number): number {
  let height = 0;
  let block: Block = null;
  let fence: string | null = null;
  let afterBlank = false;
  const begin = (next: Block, gap = GAP) => {
    if (height > 0) height += gap;
    block = next;
  };
  const lines = (of: string, box: number) => wrappedLines(of.replace(MARKS, '$1').trim(), Math.max(SIZE, box), 'sans', SIZE) * LINE;

  for (const line of text.trimEnd().split('\n')) {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence)) fence = null;
      else height += CODE_LINE;
      continue;
    }
    if (mark) {
      begin('other');
      height += CODE_FRAME;
      fence = mark;
      afterBlank = false;
      continue;
    }
    if (line.trim() === '') {
      if (block !== 'list') block = null;
      afterBlank = true;
      continue;
    }
    const heading = HEADING.exec(line);
    const item = ITEM.exec(line);
    if (heading) {
      const size = SIZE * (HEADING_SIZES[(heading[1] ?? '').length - 1] ?? 1);
      begin('other', size * HEADING_GAP);
      // Bold letters are wider.
      height += wrappedLines(heading[2] ?? '', width / 1.1, 'sans', size) * size * HEADING_LINE;
    } else if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) {
      begin('other');
      height += RULE;
    } else if (item) {
      if (block !== 'list') begin('list');
      else if (afterBlank) height += ITEM_GAP;
      height += lines(item[2] ?? '', width - INDENT * (1 + Math.floor((item[1] ?? '').length / 2)));
    } else if (line.startsWith('>')) {
      if (block !== 'quote') begin('quote');
      height += lines(line.slice(1), width - QUOTE);
    } else if (line.trimStart().startsWith('|')) {
      if (block !== 'table') begin('table');
      // The line below the table's head is drawn as its border.
      height += /^[\s|:-]+$/.test(line) ? 1 : TABLE_ROW;
    } else if (block === 'list' && (!afterBlank || line.startsWith('  '))) {
      height += (afterBlank ? ITEM_GAP : 0) + lines(line, width - INDENT);
    } else {
      if (block !== 'paragraph') begin('paragraph');
      height += lines(line, width);
    }
    afterBlank = false;
  }
  return height;
}
