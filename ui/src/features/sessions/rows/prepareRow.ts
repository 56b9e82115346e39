import type { Row } from '@/features/sessions/transcript/rows';
import { prepareHunkTokens } from '@/shared/highlight/hunk';
import { prepareMarkdown } from '@/shared/markdown/Markdown';
import { hunksOf } from './diffHunks';
import { markdownBlocks } from './markdownBlocks';
import { startsOpen } from './startsOpen';

/** Does ahead of time what a row needs to be shown: formatting its text, comparing and colouring its code. */
export function prepareRow(row: Row, isPlainText: boolean): void {
  if (row.kind === 'message' && !isPlainText) for (const block of markdownBlocks(row.text)) prepareMarkdown(block);
  if (row.kind !== 'tool' || !startsOpen(row)) return;
  for (const part of row.content ?? []) if (part.type === 'diff') for (const hunk of hunksOf(part)) prepareHunkTokens(hunk, part.path);
}
