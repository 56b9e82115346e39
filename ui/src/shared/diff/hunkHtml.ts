import type { Hunk } from '@/shared/api/types';
import { cutStretches } from '@/shared/highlight/CodeText';
import type { HunkTokens } from '@/shared/highlight/hunk';
import type { Token } from '@/shared/highlight/tokens';
import { cn } from '@/shared/ui/cn';
import { counterparts, hunkLines, type DiffLine } from './lines';
import { wordDiff } from './words';

const SIGNS = { context: ' ', add: '+', del: '−' };
const SPOKEN = { context: '', add: ' aria-label="added"', del: ' aria-label="removed"' };
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);

interface Written {
  tokens: HunkTokens | null;
  html: string;
}

const known = new WeakMap<Hunk, Written>();

/**
 * The lines of a hunk as HTML: what `DiffCode` draws, at a tenth of its cost. For diffs in lists that come and go as one
 * scrolls. Its text is escaped, and nothing but text is put between its tags.
 */
export function hunkHtml(hunk: Hunk, tokens: HunkTokens | null): string {
  const written = known.get(hunk);
  if (written && written.tokens === tokens) return written.html;
  const lines = hunkLines(hunk);
  const replaced = counterparts(lines);
  const html = lines.map((line) => lineHtml(line, tokens, replaced.get(line))).join('');
  known.set(hunk, { tokens, html });
  return html;
}

function lineHtml(line: DiffLine, tokens: HunkTokens | null, counterpart: DiffLine | undefined): string {
  const old = line.kind === 'del';
  const words = counterpart ? wordDiff(old ? line.text : counterpart.text, old ? counterpart.text : line.text) : null;
  const code = codeHtml(line.text, (old ? tokens?.old[line.oldIndex] : tokens?.new[line.newIndex]) ?? [], (old ? words?.old : words?.new) ?? []);
  const end = line.noNewline ? '<span class="diff-no-end" title="No line end at the end of the file">⊘</span>' : '';
  return `<div class="diff-line"><span class="diff-number">${line.new ?? line.old ?? ''}</span><span class="${cn('diff-code', line.kind === 'add' && 'diff-add', old && 'diff-del')}"><span class="diff-sign"${SPOKEN[line.kind]}>${SIGNS[line.kind]}</span>${code}${end}</span></div>`;
}

function codeHtml(text: string, tokens: readonly Token[], marks: readonly { start: number; end: number }[]): string {
  if (tokens.length === 0 && marks.length === 0) return escapeHtml(text);
  return cutStretches(text.length, tokens, marks)
    .map(({ start, end, className, marked }) => {
      const piece = escapeHtml(text.slice(start, end));
      const classes = cn(className, marked && 'diff-word');
      return classes ? `<span class="${escapeHtml(classes)}">${piece}</span>` : piece;
    })
    .join('');
}
