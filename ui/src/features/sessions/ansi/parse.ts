/** How a stretch of terminal text looks. Colours are CSS values or one of the sixteen names. */
export interface AnsiStyle {
  color?: string;
  background?: string;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  strike?: true;
  inverse?: true;
}

export interface AnsiSpan {
  text: string;
  style: AnsiStyle;
}

// CSI … letter; OSC … (BEL | ESC \); or any other two-character escape.
const ESCAPE = /\u001b\[([0-9;:?<=>!]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\^_()#][0-9A-Za-z]?|\u001b$/g;
// What is left of control characters has no look; tab, newline and carriage return have.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

const PLAIN: AnsiStyle = {};

/** True when the text needs more than to be shown as it is. */
export const hasEscapes = (text: string): boolean => text.includes('\u001b') || text.includes('\r');

/** The text alone, for copying and for reading aloud. */
export const stripAnsi = (text: string): string => overwriteLines(text.replace(ESCAPE, '').replace(CONTROL, ''));

/** Terminal output as styled spans. A carriage return overwrites its line, as progress bars expect. */
export function parseAnsi(text: string, start: AnsiStyle | null = null): AnsiSpan[] {
  const lines: AnsiSpan[][] = [[]];
  let returned = false;
  walk(text, start, (piece, style) => {
    for (const [i, part] of piece.replaceAll('\r\n', '\n').split('\n').entries()) {
      if (i > 0) lines.push([]);
      if (i > 0) returned = false;
      const line = lines.at(-1) ?? [];
      // A return alone changes nothing: what comes after it overwrites the line.
      for (const [j, stretch] of part.split('\r').entries()) {
        if (j > 0) returned = true;
        if (stretch === '') continue;
        if (returned) line.length = 0;
        returned = false;
        line.push({ text: stretch, style });
      }
    }
  });
  return joinLines(lines);
}

/** The style in force at the end of a text. */
export function styleAfter(text: string, start: AnsiStyle | null): AnsiStyle | null {
  let last = start ?? PLAIN;
  for (const match of text.matchAll(ESCAPE)) if (match[2] === 'm') last = applyCodes(last, match[1] ?? '');
  return Object.keys(last).length === 0 ? null : last;
}

function walk(text: string, start: AnsiStyle | null, take: (piece: string, style: AnsiStyle) => void): void {
  let style = start ?? PLAIN;
  let from = 0;
  for (const match of text.matchAll(ESCAPE)) {
    if (match.index > from) take(text.slice(from, match.index).replace(CONTROL, ''), style);
    from = match.index + match[0].length;
    if (match[2] === 'm') style = applyCodes(style, match[1] ?? '');
  }
  if (from < text.length) take(text.slice(from).replace(CONTROL, ''), style);
}

function joinLines(lines: AnsiSpan[][]): AnsiSpan[] {
  const spans: AnsiSpan[] = [];
  const add = (text: string, style: AnsiStyle) => {
    const last = spans.at(-1);
    if (last && last.style === style) last.text += text;
    else spans.push({ text, style });
  };
  for (const [i, line] of lines.entries()) {
    for (const span of line) add(span.text, span.style);
    if (i < lines.length - 1) add('\n', spans.at(-1)?.style ?? PLAIN);
  }
  return spans;
}

const lastNonEmpty = (part: string): string => part.split('\r').findLast((each) => each !== '') ?? '';

const overwriteLines = (text: string): string =>
  text.includes('\r')
    ? text
        .replaceAll('\r\n', '\n')
        .split('\n')
        .map((line) => lastNonEmpty(line))
        .join('\n')
    : text;

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const name = (index: number): string => (index < 8 ? (NAMES[index] ?? 'white') : `bright-${NAMES[index - 8] ?? 'white'}`);
const LEVELS = [0, 95, 135, 175, 215, 255];

/** The 256-colour palette: sixteen names, a 6×6×6 cube, 24 greys. */
function indexed(index: number): string {
  if (index < 16) return name(index);
  if (index >= 232) {
    const grey = 8 + (Math.min(index, 255) - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const cube = index - 16;
  const level = (n: number) => LEVELS[n % 6] ?? 0;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6))} ${level(cube)})`;
}

const ON: Record<number, AnsiStyle> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
};
const OFF: Record<number, (keyof AnsiStyle)[]> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['color'],
  49: ['background'],
};

function applyCodes(style: AnsiStyle, text: string): AnsiStyle {
  const codes = text.split(/[;:]/).map((code) => Number(code || 0));
  let next = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) next = PLAIN;
    else if (ON[code]) next = { ...next, ...ON[code] };
    else if (OFF[code]) next = without(next, OFF[code]);
    else if (code === 38 || code === 48) {
      const [color, used] = extended(codes.slice(i + 1));
      i += used;
      if (color) next = { ...next, [code === 38 ? 'color' : 'background']: color };
    } else if (code >= 30 && code <= 37) next = { ...next, color: name(code - 30) };
    else if (code >= 90 && code <= 97) next = { ...next, color: name(code - 82) };
    else if (code >= 40 && code <= 47) next = { ...next, background: name(code - 40) };
    else if (code >= 100 && code <= 107) next = { ...next, background: name(code - 92) };
  }
  return next;
}

/** The colour after a 38 or 48, and how many codes it took. */
function extended(rest: number[]): [color: string | null, used: number] {
  if (rest[0] === 5) return [indexed(Math.max(0, rest[1] ?? 0)), 2];
  if (rest[0] === 2) return [`rgb(${rest[1] ?? 0} ${rest[2] ?? 0} ${rest[3] ?? 0})`, 4];
  return [null, 0];
}

function without(style: AnsiStyle, names: (keyof AnsiStyle)[]): AnsiStyle {
  const next = { ...style };
  for (const each of names) delete next[each];
  return next;
}
