export type Face = 'sans' | 'mono';

/** Where the page's fonts cannot be asked: a letter's mean width in parts of the font's size. */
const MEAN_ADVANCE: Record<Face, number> = { sans: 0.53, mono: 0.6 };
/** So many words are remembered of a font; after that its memory begins anew. */
const MOST_WORDS = 20_000;

const widths = new Map<string, Map<string, number>>();
let measure: ((word: string, font: string) => number) | null | undefined;

/** On how many lines a text without line ends stands in a box of this width. Width and font size are in px. */
export function wrappedLines(text: string, width: number, face: Face, size: number): number {
  // Of letters that are all of one width none has to be looked at.
  if (face === 'mono') return Math.max(1, Math.ceil((text.length * widthOf('m', face, size)) / width));
  const space = widthOf(' ', face, size);
  let lines = 1;
  let used = 0;
  for (const word of text.split(' ')) {
    const wide = widthOf(word, face, size);
    if (used > 0 && used + space + wide > width) {
      lines += 1;
      used = 0;
    }
    // A word longer than a line is broken wherever the line ends.
    const more = Math.max(0, Math.ceil(wide / width) - 1);
    lines += more;
    used += (used > 0 ? space : 0) + wide - more * width;
  }
  return lines;
}

function widthOf(word: string, face: Face, size: number): number {
  const key = `${face} ${size}`;
  let known = widths.get(key);
  if (!known || known.size > MOST_WORDS) widths.set(key, (known = new Map()));
  let width = known.get(word);
  if (width === undefined) {
    measure ??= measureOnCanvas();
    width = measure ? measure(word, `${size}px ${familyOf(face)}`) : word.length * size * MEAN_ADVANCE[face];
    known.set(word, width);
  }
  return width;
}

const familyOf = (face: Face): string => getComputedStyle(document.documentElement).getPropertyValue(`--font-${face}`) || (face === 'mono' ? 'monospace' : 'sans-serif');

function measureOnCanvas(): typeof measure {
  const canvas = document.createElement('canvas').getContext('2d');
  if (!canvas) return null;
  let current = '';
  return (word, font) => {
    // Setting a font has it looked for.
    if (font !== current) canvas.font = current = font;
    return canvas.measureText(word).width;
  };
}
