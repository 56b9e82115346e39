import { useMemo, type CSSProperties } from 'react';
import { hasEscapes, parseAnsi, type AnsiStyle } from './parse';
import './ansi.css';

/** Terminal output with its colours. */
export function AnsiText({ text, style = null }: { text: string; style?: AnsiStyle | null }) {
  const plain = style === null && !hasEscapes(text);
  const spans = useMemo(() => (plain ? [] : parseAnsi(text, style)), [plain, text, style]);
  if (plain) return text;
  return spans.map((span, i) =>
    Object.keys(span.style).length === 0 ? (
      <span key={i}>{span.text}</span>
    ) : (
      <span key={i} style={cssOf(span.style)}>
        {span.text}
      </span>
    ),
  );
}

const colour = (value: string): string => (value.startsWith('rgb(') ? value : `var(--ansi-${value})`);

function cssOf(style: AnsiStyle): CSSProperties {
  const front = style.inverse ? (style.background ? colour(style.background) : 'var(--sunken)') : style.color && colour(style.color);
  const back = style.inverse ? (style.color ? colour(style.color) : 'var(--fg)') : style.background && colour(style.background);
  const lines = [style.underline && 'underline', style.strike && 'line-through'].filter(Boolean).join(' ');
  return {
    ...(front ? { color: front } : {}),
    ...(back ? { backgroundColor: back } : {}),
    ...(style.bold ? { fontWeight: 600 } : {}),
    ...(style.dim ? { opacity: 0.7 } : {}),
    ...(style.italic ? { fontStyle: 'italic' } : {}),
    ...(lines ? { textDecoration: lines } : {}),
  };
}
