import { useEffect, useMemo, useState } from 'react';
import { cn } from '@/shared/ui/cn';
import './markdown.css';

type Render = (text: string) => string;

let loaded: Render | null = null;
const loading = () => import('./render').then((module) => (loaded = module.renderMarkdown));

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

  const html = useMemo(() => render?.(text), [render, text]);
  if (html === undefined) return <div className={cn('markdown whitespace-pre-wrap', className)}>{text}</div>;
  return <div className={cn('markdown', className)} dangerouslySetInnerHTML={{ __html: html }} />;
}
