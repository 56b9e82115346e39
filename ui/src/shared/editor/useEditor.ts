import { useQuery } from '@tanstack/react-query';
import { configQuery } from '@/shared/api/instance';
import { editorHref, editorName } from './editors';

export interface Editor {
  name: string;
  /** The address that opens a path, at a line where one is named. */
  href: (path: string, line?: number) => string;
  /** Opens it. */
  open: (path: string, line?: number) => void;
}

/** The person's editor, if the settings name one. */
export function useEditor(): Editor | null {
  const { data: config } = useQuery(configQuery());
  const address = config?.editor;
  if (!address) return null;
  const href = (path: string, line?: number) => editorHref(address, path, line);
  // The browser hands the address to the editor; the page stays.
  return { name: editorName(address), href, open: (path, line) => window.location.assign(href(path, line)) };
}
