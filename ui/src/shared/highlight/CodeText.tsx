import { memo } from 'react';
import type { Token } from './tokens';

interface Stretch {
  start: number;
  end: number;
}

interface CodeTextProps {
  text: string;
  tokens?: readonly Token[] | undefined;
  /** Stretches that are marked on top of the colours. */
  marks?: readonly Stretch[] | undefined;
  markClassName?: string;
}

/** One line of code. */
export const CodeText = memo(function CodeText({ text, tokens = [], marks = [], markClassName = '' }: CodeTextProps) {
  if (tokens.length === 0 && marks.length === 0) return text;
  return cutStretches(text.length, tokens, marks).map(({ start, end, className, marked }) =>
    className || marked ? (
      <span key={start} className={marked ? `${className} ${markClassName}` : className}>
        {text.slice(start, end)}
      </span>
    ) : (
      text.slice(start, end)
    ),
  );
});

interface Piece extends Stretch {
  className: string;
  marked: boolean;
}

/** Cuts a line wherever a colour or a mark begins or ends. Both lists are sorted and free of overlaps. */
export function cutStretches(length: number, tokens: readonly Token[], marks: readonly Stretch[]): Piece[] {
  const cuts = new Set([0, length]);
  for (const { start, end } of [...tokens, ...marks]) cuts.add(Math.min(start, length)).add(Math.min(end, length));
  const points = [...cuts].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let token = 0;
  let mark = 0;
  for (let i = 0; i + 1 < points.length; i++) {
    const start = points[i] ?? 0;
    const end = points[i + 1] ?? length;
    while ((tokens[token]?.end ?? Infinity) <= start) token++;
    while ((marks[mark]?.end ?? Infinity) <= start) mark++;
    const colour = tokens[token];
    const inMark = marks[mark];
    pieces.push({
      start,
      end,
      className: colour && colour.start <= start ? colour.className : '',
      marked: inMark !== undefined && inMark.start <= start,
    });
  }
  return pieces;
}
