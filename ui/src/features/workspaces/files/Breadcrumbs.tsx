import { ExternalLink } from 'lucide-react';
import { Fragment } from 'react';
import { useEditor } from '@/shared/editor/useEditor';
import { CopyButton } from '@/shared/ui/CopyButton';

interface BreadcrumbsProps {
  /** The workspace's folder. */
  root: string;
  place: string;
  onPlace: (place: string) => void;
}

/** The folders above a place, each a way back; and the ways out of here. */
export function Breadcrumbs({ root, place, onPlace }: BreadcrumbsProps) {
  const editor = useEditor();
  const parts = place.split('/').filter(Boolean);
  const folder = (count: number) => parts.slice(0, count).map((part) => `${part}/`).join('');
  const last = parts.length - 1;
  return (
    <nav aria-label="Folders" className="flex h-8 shrink-0 items-center gap-0.5 overflow-x-auto border-b px-2 font-mono text-sm whitespace-nowrap">
      <button type="button" className="rounded-sm px-1 text-muted hover:text-fg" onClick={() => onPlace('')} aria-label="The workspace's folder">
        /
      </button>
      {parts.map((part, i) => (
        <Fragment key={folder(i + 1)}>
          {i > 0 ? <span className="text-faint">/</span> : null}
          {i === last ? (
            <span aria-current="location" className="px-1">
              {part}
            </span>
          ) : (
            <button type="button" className="rounded-sm px-1 text-muted hover:text-fg" onClick={() => onPlace(folder(i + 1))}>
              {part}
            </button>
          )}
        </Fragment>
      ))}
      {place === '' ? null : <CopyButton text={place.replace(/\/$/, '')} label="Copy the path" />}
      {editor ? (
        <a href={editor.href(`${root}/${place}`.replace(/\/$/, ''))} title={`Open in ${editor.name}`} aria-label={`Open in ${editor.name}`} className="rounded-sm p-1 text-faint hover:bg-hover hover:text-fg">
          <ExternalLink size={12} />
        </a>
      ) : null}
    </nav>
  );
}
