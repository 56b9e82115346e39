import type { DiffFile } from '@/shared/api/types';
import { fileKey } from './files';

export type TreeRow =
  | { kind: 'folder'; key: string; name: string; depth: number; open: boolean }
  | { kind: 'file'; key: string; name: string; depth: number; file: DiffFile };

interface Folder {
  folders: Map<string, Folder>;
  files: DiffFile[];
}

const newFolder = (): Folder => ({ folders: new Map(), files: [] });

/** Files that match every typed word, in their order. */
export function filterFiles(files: readonly DiffFile[], filter: string): readonly DiffFile[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? files : files.filter((file) => words.every((word) => file.path.toLowerCase().includes(word)));
}

/**
 * The changed files as a tree, flat for a virtual list. Folders that hold nothing but one folder are joined
 * into one row. `pathOf` gives the path to show, with the repo's name in front where there are several.
 */
export function treeRows(files: readonly DiffFile[], closed: ReadonlySet<string>, pathOf: (file: DiffFile) => string): TreeRow[] {
  const root = newFolder();
  for (const file of files) {
    const parts = pathOf(file).split('/');
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      const next = folder.folders.get(part) ?? newFolder();
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.push(file);
  }
  const rows: TreeRow[] = [];
  addFolder(root, '', 0);
  return rows;

  function addFolder(folder: Folder, path: string, depth: number): void {
    for (const [first, child] of [...folder.folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
      let name = first;
      let current = child;
      for (let [only] = current.folders; only && current.folders.size === 1 && current.files.length === 0; [only] = current.folders) {
        name += `/${only[0]}`;
        current = only[1];
      }
      const key = `${path}${name}/`;
      const open = !closed.has(key);
      rows.push({ kind: 'folder', key, name, depth, open });
      if (open) addFolder(current, key, depth + 1);
    }
    for (const file of folder.files) rows.push({ kind: 'file', key: fileKey(file), name: pathOf(file).split('/').at(-1) ?? '', depth, file });
  }
}

/** The order in which the tree shows the files: the diff below it follows the same. */
export function treeOrder(files: readonly DiffFile[], pathOf: (file: DiffFile) => string): DiffFile[] {
  return treeRows(files, new Set(), pathOf).flatMap((row) => (row.kind === 'file' ? [row.file] : []));
}
