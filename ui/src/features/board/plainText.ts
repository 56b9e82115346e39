const HINT_LENGTH = 160;

/** The beginning of a markdown text without its marks: a hint, not a rendering. */
export function plainText(markdown: string): string {
  return markdown
    .slice(0, HINT_LENGTH * 2)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[\s>#*+-]+|[`*_~]/gm, '')
    .replace(/\s+/g, ' ')
    .slice(0, HINT_LENGTH);
}
