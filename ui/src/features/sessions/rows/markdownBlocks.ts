/** Shorter texts are rendered whole. */
const WHOLE = 3_000;

/**
 * Cuts a long markdown text where no construct spans the cut, so that a growing message only renders its
 * last part again. A cut stands before a line at the margin that begins no list item, outside of fences.
 */
export function markdownBlocks(text: string): string[] {
  if (text.length < WHOLE) return [text];
  const blocks: string[] = [];
  let block: string[] = [];
  let fence: string | null = null;
  let blankBefore = false;
  for (const line of text.split('\n')) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (blankBefore && fence === null && /^[^\s>|]/.test(line) && !/^([-*+]|\d+[.)])\s/.test(line)) {
      blocks.push(block.join('\n'));
      block = [];
    }
    if (mark) {
      if (fence === null) fence = mark;
      else if (mark.startsWith(fence)) fence = null;
    }
    block.push(line);
    blankBefore = line.trim() === '';
  }
  blocks.push(block.join('\n'));
  return blocks;
}
