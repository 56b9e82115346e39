import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { cn } from '@/shared/ui/cn';
import { colourCode } from './colourCode';
import { remembered } from './remembered';
import './markdown.css';

type Render = (text: string) => string;

/** So many formatted texts are kept. */
const MOST_KEPT = 300;

let loaded: Render | null = null;
const loading = () => import('./render').then((module) => (loaded ??= remembered(MOST_KEPT, module.renderMarkdown)));

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
  const html = useMemo(() => (render ? { __html: render(text) } : undefined), [render, text]);
  const body = useRef<HTMLDivElement>(null);
  const isNew = useRef(true);
  // Before the page is drawn, so that code in a text that grows does not flicker. One that comes into sight may wait.
  useLayoutEffect(() => {
    if (html === undefined || !body.current) return;
    colourCode(body.current, isNew.current ? 'soon' : 'now');
    isNew.current = false;
  }, [html]);

  if (html === undefined) return <div className={cn('markdown whitespace-pre-wrap', className)}>{text}</div>;
  return <div ref={body} className={cn('markdown', className)} dangerouslySetInnerHTML={html} />;
}
