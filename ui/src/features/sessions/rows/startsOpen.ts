import type { ToolRow } from '@/features/sessions/transcript/rows';

/** A short diff says more than its title. */
const OPEN_UP_TO_CHARS = 1_200;

/** Whether a tool call shows all of it before anybody opened or closed it. */
export function startsOpen(row: ToolRow): boolean {
  const content = row.content ?? [];
  if (row.status === 'failed') return content.length > 0;
  const diffs = content.filter((part) => part.type === 'diff');
  const size = diffs.reduce((sum, part) => sum + (part.old_text?.length ?? 0) + part.new_text.length, 0);
  return diffs.length > 0 && size <= OPEN_UP_TO_CHARS;
}
