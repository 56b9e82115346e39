import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { cn } from '@/shared/ui/cn';
import { colourCode, withColours } from './colourCode';
import { remembered } from './remembered';
import './markdown.css';

type Render = (text: string) => string;

/** So many formatted texts are kept. */
const MOST_KEPT = 300;

let loaded: Render | null = null;
const loading = () => import('./render').then((module) => (loaded ??= remembered(MOST_KEPT, module.renderMarkdown)));

/** What was made ready, colours and all, by its text. */
const ready = new Map<string, string>();

/** Formats a text that will be shown soon, so that little is left to do when it comes into sight. */
export function prepareMarkdown(text: string): void {
  if (ready.has(text)) return;
  if (!loaded) return void loading().catch(() => undefined);
  const html = withColours(loaded(text));
  if (html === null) return;
  ready.set(text, html);
  for (const oldest of ready.keys()) {
    if (ready.size <= MOST_KEPT) break;
    ready.delete(oldest);
  }
}

/** Formatted text. Until the renderer is there, the text itself. */
export function Markdown({ text, className }: { text: string; className?: string }) {
  const [render, setRender] = useState<Render | null>(() => loaded);
  useEffect(() => {
    if (render) return;
    let wanted = true;
    // The plain text stays if the renderer cannot be had.
    void loading().then((loadedRender) => wanted && setRender(() => loadedRender)).catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [render]);

  // One object for one text: with another the page would be set anew, and the colours of code be lost.
  const html = useMemo(() => {
    const coloured = ready.get(text);
    return coloured !== undefined ? { __html: coloured, coloured: true } : render ? { __html: render(text), coloured: false } : undefined;
  }, [render, text]);
  const body = useRef<HTMLDivElement>(null);
  const isNew = useRef(true);
  // Before the page is drawn, so that code in a text that grows does not flicker. One that comes into sight may wait.
  useLayoutEffect(() => {
    if (html === undefined || !body.current) return;
    if (!html.coloured) colourCode(body.current, isNew.current ? 'soon' : 'now');
    isNew.current = false;
  }, [html]);

  if (html === undefined) return <div className={cn('markdown whitespace-pre-wrap', className)}>{text}</div>;
  return <div ref={body} className={cn('markdown', className)} dangerouslySetInnerHTML={html} />;
}
