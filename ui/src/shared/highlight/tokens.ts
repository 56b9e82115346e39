/** A coloured stretch of a line, in UTF-16 units of the line. */
export interface Token {
  start: number;
  end: number;
  /** One or more class names, e.g. `hljs-keyword`. */
  className: string;
}

const MARKUP = /<span class="([^"]*)">|<\/span>|&(amp|lt|gt|quot|#x27);|\n/g;
const DECODED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

/**
 * The highlighter writes HTML of a whole text; lines are drawn one by one, with marks of their own on top.
 * So the spans become ranges per line: nested ones join their classes, and one that crosses a line end goes on.
 */
export function tokensOfHtml(html: string): Token[][] {
  const lines: Token[][] = [[]];
  const open: string[] = [];
  let column = 0;
  let from = 0;

  const advance = (length: number) => {
    if (length === 0) return;
    const className = open.at(-1);
    const line = lines.at(-1);
    const last = line?.at(-1);
    if (className && last && last.end === column && last.className === className) last.end += length;
    else if (className) line?.push({ start: column, end: column + length, className });
    column += length;
  };

  for (const match of html.matchAll(MARKUP)) {
    advance(match.index - from);
    from = match.index + match[0].length;
    if (match[1] !== undefined) open.push([open.at(-1), match[1]].filter(Boolean).join(' '));
    else if (match[2] !== undefined) advance(DECODED[match[2]]?.length ?? 0);
    else if (match[0] === '\n') {
      lines.push([]);
      column = 0;
    } else open.pop();
  }
  advance(html.length - from);
  return lines;
}
