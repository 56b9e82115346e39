import type { Comment, DiffFile, Hunk } from '@/shared/api/types';
import type { DiffLine } from '@/shared/diff/lines';
import type { Anchor } from '@/features/review/api/review';
import { placeComments } from './anchor';
import { fileKey } from './files';
import { linesOf, pairsOf } from './hunkCache';

export type DiffMode = 'unified' | 'split';

interface RowBase {
  /** Stable over refreshes as long as the row shows the same. */
  key: string;
  file: DiffFile;
  fileKey: string;
}

export type ReviewRow = RowBase &
  (
    | { kind: 'file' }
    | { kind: 'hunk'; hunk: Hunk }
    | { kind: 'line'; hunk: Hunk; line: DiffLine }
    | { kind: 'pair'; hunk: Hunk; left: DiffLine | null; right: DiffLine | null }
    | { kind: 'comments'; comments: Comment[]; outdated: boolean }
    | { kind: 'editor'; anchor: Anchor }
    | { kind: 'notice'; notice: 'binary' | 'too_large' | 'empty' }
  );

export interface RowOptions {
  mode: DiffMode;
  collapsed: boolean;
  comments: readonly Comment[];
  /** The new comment that is being written on this file, if any. */
  editing: Anchor | null;
}

type Body<R> = R extends ReviewRow ? Omit<R, keyof RowBase> : never;

/** A file of the diff as rows of a flat list. */
export function fileRows(file: DiffFile, { mode, collapsed, comments, editing }: RowOptions): ReviewRow[] {
  const id = fileKey(file);
  const row = (key: string, body: Body<ReviewRow>): ReviewRow => ({ ...body, key: `${id}|${key}`, file, fileKey: id }) as ReviewRow;
  const rows: ReviewRow[] = [row('file', { kind: 'file' })];
  if (collapsed) return rows;

  const placed = placeComments(file, comments);
  const outdated = placed.filter(({ endLine }) => endLine === null).map(({ comment }) => comment);
  if (outdated.length > 0) rows.push(row('outdated', { kind: 'comments', comments: outdated, outdated: true }));
  const notice = noticeFor(file);
  if (notice) rows.push(row('notice', { kind: 'notice', notice }));

  const after = new Map<string, Comment[]>();
  for (const { comment, endLine } of placed) {
    if (endLine === null) continue;
    const place = `${comment.side}${endLine}`;
    after.set(place, [...(after.get(place) ?? []), comment]);
  }
  const addBelow = (line: DiffLine | null, sides: readonly ('old' | 'new')[]) => {
    for (const side of sides) {
      const number = line?.[side] ?? null;
      if (number === null) continue;
      const found = after.get(`${side}${number}`);
      if (found) rows.push(row(`comments-${side}${number}`, { kind: 'comments', comments: found, outdated: false }));
      // Each place once, though a line of context stands on both sides.
      after.delete(`${side}${number}`);
      if (editing?.side === side && editing.end_line === number) rows.push(row('editor', { kind: 'editor', anchor: editing }));
    }
  };

  for (const hunk of file.hunks) {
    rows.push(row(`hunk-${hunk.old_start}-${hunk.new_start}`, { kind: 'hunk', hunk }));
    if (mode === 'unified')
      for (const line of linesOf(hunk)) {
        rows.push(row(`line-${line.old ?? ''}-${line.new ?? ''}`, { kind: 'line', hunk, line }));
        addBelow(line, line.kind === 'del' ? ['old'] : line.kind === 'add' ? ['new'] : ['new', 'old']);
      }
    else
      for (const { left, right } of pairsOf(hunk)) {
        rows.push(row(`pair-${left?.old ?? ''}-${right?.new ?? ''}`, { kind: 'pair', hunk, left, right }));
        addBelow(left, ['old']);
        addBelow(right, ['new']);
      }
  }
  return rows;
}

function noticeFor(file: DiffFile): 'binary' | 'too_large' | 'empty' | null {
  if (file.binary) return 'binary';
  if (file.hunks.length > 0) return null;
  return file.too_large ? 'too_large' : 'empty';
}

/** Remembers the rows of each file, so that a change makes only the rows of the files that it touches anew. */
export class RowCache {
  private readonly known = new Map<string, { file: DiffFile; options: RowOptions; rows: ReviewRow[] }>();

  rowsOf(file: DiffFile, options: RowOptions): ReviewRow[] {
    const key = fileKey(file);
    const known = this.known.get(key);
    if (known && known.file === file && sameOptions(known.options, options)) return known.rows;
    const rows = fileRows(file, options);
    this.known.set(key, { file, options, rows });
    return rows;
  }
}

const sameOptions = (a: RowOptions, b: RowOptions): boolean =>
  a.mode === b.mode &&
  a.collapsed === b.collapsed &&
  a.editing === b.editing &&
  a.comments.length === b.comments.length &&
  a.comments.every((comment, i) => comment === b.comments[i]);
