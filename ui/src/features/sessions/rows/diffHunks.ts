import type { Hunk, ToolContent } from '@/shared/api/types';
import { compareTexts } from '@/shared/diff/compare';

export type DiffPart = Extract<ToolContent, { type: 'diff' }>;

// A row comes and goes as the list scrolls; its hunks stay the same ones, and so do the colours that are known of them.
const known = new WeakMap<DiffPart, Hunk[]>();

export function hunksOf(part: DiffPart): Hunk[] {
  const hunks = known.get(part) ?? compareTexts(part.old_text ?? '', part.new_text);
  known.set(part, hunks);
  return hunks;
}
