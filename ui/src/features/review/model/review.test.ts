import { describe, expect, it } from 'vitest';
import type { Comment, DiffFile, Hunk } from '@/shared/api/types';
import { placeComments, quoteOf } from './anchor';
import { fileSignature } from './files';
import { fileRows, RowCache, type RowOptions } from './rows';
import { filterFiles, treeOrder, treeRows } from './tree';

const hunk: Hunk = { old_start: 10, old_lines: 4, new_start: 10, new_lines: 5, heading: 'fn main', lines: [' a', '-b', '+B', '+new', ' c', ' d'] };
const file = (path: string, extra: Partial<DiffFile> = {}): DiffFile => ({
  repo_id: 'r', path, old_path: null, status: 'modified', area: 'unstaged', additions: 2, deletions: 1, binary: false, too_large: false,
  old_mode: null, new_mode: null, size: 10, hunks: [hunk], ...extra,
});
const comment = (extra: Partial<Comment>): Comment => ({
  id: 'c', workspace_id: 'w', repo_id: 'r', path: 'a.ts', side: 'new', line: 11, end_line: 11, text: 'Why?', quote: 'B', status: 'open',
  created_by: 'u', created_at: '2026-11-22T10:00:00Z', version: 1, ...extra,
});
const options = (extra: Partial<RowOptions> = {}): RowOptions => ({ mode: 'unified', collapsed: false, comments: [], editing: null, ...extra });
const kinds = (rows: { kind: string }[]) => rows.map(({ kind }) => kind);

describe('where a comment stands', () => {
  it('is where it was while its lines are the same', () => {
    expect(placeComments(file('a.ts'), [comment({}), comment({ side: 'old', quote: 'b' })]).map(({ endLine }) => endLine)).toEqual([11, 11]);
  });

  it('moves along when the same lines stand elsewhere, once', () => {
    expect(placeComments(file('a.ts'), [comment({ line: 90, end_line: 91, quote: 'new\nc' })])[0]?.endLine).toBe(13);
  });

  it('is outdated when its lines are gone, or could be any of several', () => {
    const twice = file('a.ts', { hunks: [{ ...hunk, lines: ['+x', '+x'] }] });
    expect(placeComments(file('a.ts'), [comment({ quote: 'gone' })])[0]?.endLine).toBeNull();
    expect(placeComments(twice, [comment({ line: 50, quote: 'x' })])[0]?.endLine).toBeNull();
  });

  it('quotes the lines of its side', () => {
    expect(quoteOf(file('a.ts'), 'new', 10, 12)).toBe('a\nB\nnew');
    expect(quoteOf(file('a.ts'), 'old', 11, 12)).toBe('b\nc');
  });
});

describe('the rows of a file', () => {
  it('are its head, its hunks and its lines, comments below the lines that they are about', () => {
    expect(kinds(fileRows(file('a.ts'), options({ comments: [comment({})] })))).toEqual(['file', 'hunk', 'line', 'line', 'line', 'comments', 'line', 'line', 'line']);
  });

  it('pair the sides in the split view and show a comment of either side once', () => {
    const comments = [comment({}), comment({ id: 'd', line: 13, end_line: 13, quote: 'c' })];
    expect(kinds(fileRows(file('a.ts'), options({ mode: 'split', comments })))).toEqual(['file', 'hunk', 'pair', 'pair', 'comments', 'pair', 'pair', 'comments', 'pair']);
  });

  it('begin with the outdated comments and end after the head when the file is folded', () => {
    const outdated = options({ comments: [comment({ quote: 'gone' })] });
    expect(kinds(fileRows(file('a.ts'), outdated)).slice(0, 3)).toEqual(['file', 'comments', 'hunk']);
    expect(kinds(fileRows(file('a.ts'), { ...outdated, collapsed: true }))).toEqual(['file']);
  });

  it('put the editor of a new comment below its last line', () => {
    const anchor = { repo_id: 'r', path: 'a.ts', side: 'new' as const, line: 10, end_line: 12, quote: '' };
    const rows = fileRows(file('a.ts'), options({ editing: anchor }));
    const at = rows.findIndex(({ kind }) => kind === 'editor');
    expect(rows[at - 1]).toMatchObject({ line: { new: 12 } });
  });

  it('say why there is nothing to see', () => {
    const notice = (extra: Partial<DiffFile>) => fileRows(file('a', { hunks: [], ...extra }), options())[1];
    expect([notice({ binary: true }), notice({ too_large: true }), notice({})]).toMatchObject([{ notice: 'binary' }, { notice: 'too_large' }, { notice: 'empty' }]);
  });

  it('have keys that no two rows share', () => {
    const rows = fileRows(file('a.ts'), options({ mode: 'split', comments: [comment({})] }));
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  it('stay the same objects as long as nothing about the file changed', () => {
    const cache = new RowCache();
    const one = file('a.ts');
    const rows = cache.rowsOf(one, options());
    expect(cache.rowsOf(one, options())).toBe(rows);
    expect(cache.rowsOf(one, options({ comments: [comment({})] }))).not.toBe(rows);
  });
});

describe('the tree of changed files', () => {
  const files = ['src/app/deep/a.ts', 'src/app/deep/b.ts', 'README.md', 'docs/x/y.md'].map((path) => file(path));
  const path = (each: DiffFile) => each.path;

  it('joins folders that hold nothing but one folder', () => {
    expect(treeRows(files, new Set(), path).map(({ name, depth }) => `${depth} ${name}`)).toEqual(['0 docs/x', '1 y.md', '0 src/app/deep', '1 a.ts', '1 b.ts', '0 README.md']);
  });

  it('hides what is in a closed folder, and keeps the order of the diff', () => {
    expect(treeRows(files, new Set(['src/app/deep/']), path).map(({ name }) => name)).toEqual(['docs/x', 'y.md', 'src/app/deep', 'README.md']);
    expect(treeOrder(files, path).map(path)).toEqual(['docs/x/y.md', 'src/app/deep/a.ts', 'src/app/deep/b.ts', 'README.md']);
  });

  it('filters by every typed word', () => {
    expect(filterFiles(files, 'deep B').map(path)).toEqual(['src/app/deep/b.ts']);
  });
});

it('a file that changed has another signature', () => {
  const changed = file('a.ts', { hunks: [{ ...hunk, lines: hunk.lines.with(2, '+C') }] });
  expect(fileSignature(file('a.ts'))).toBe(fileSignature(file('a.ts')));
  expect(fileSignature(changed)).not.toBe(fileSignature(file('a.ts')));
});
