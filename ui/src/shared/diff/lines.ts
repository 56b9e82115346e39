import type { Hunk } from '@/shared/api/types';

export type LineKind = 'context' | 'add' | 'del';

/** One line of a diff with its number on each side. */
export interface DiffLine {
  kind: LineKind;
  text: string;
  /** Line number in the old file; null where the line is not in it. */
  old: number | null;
  /** Line number in the new file. */
  new: number | null;
  /** The file ends here without a line end. */
  noNewline: boolean;
  /** Place in the hunk's old text and new text, for what is computed per side. */
  oldIndex: number;
  newIndex: number;
}

const KINDS: Record<string, LineKind> = { ' ': 'context', '+': 'add', '-': 'del' };

/** The lines of a hunk, numbered. */
export function hunkLines(hunk: Hunk): DiffLine[] {
  const lines: DiffLine[] = [];
  let oldIndex = 0;
  let newIndex = 0;
  for (const raw of hunk.lines) {
    const kind = KINDS[raw[0] ?? ' '];
    if (!kind) {
      // "\ No newline at end of file" belongs to the line before it.
      const previous = lines.at(-1);
      if (previous) previous.noNewline = true;
      continue;
    }
    lines.push({
      kind,
      text: raw.slice(1),
      old: kind === 'add' ? null : hunk.old_start + oldIndex,
      new: kind === 'del' ? null : hunk.new_start + newIndex,
      noNewline: false,
      oldIndex,
      newIndex,
    });
    if (kind !== 'add') oldIndex += 1;
    if (kind !== 'del') newIndex += 1;
  }
  return lines;
}

/** A row of the split view: what was beside what is. */
export interface LinePair {
  left: DiffLine | null;
  right: DiffLine | null;
}

/** Pairs the removed lines of each change with the added ones, in order; what is over stands alone. */
export function pairLines(lines: readonly DiffLine[]): LinePair[] {
  const pairs: LinePair[] = [];
  for (let i = 0; i < lines.length; ) {
    const line = lines[i];
    if (!line) break;
    if (line.kind === 'context') {
      pairs.push({ left: line, right: line });
      i += 1;
      continue;
    }
    const [removed, added, next] = changeAt(lines, i);
    for (let j = 0; j < Math.max(removed.length, added.length); j++) pairs.push({ left: removed[j] ?? null, right: added[j] ?? null });
    i = next;
  }
  return pairs;
}

/** The removed and the added lines of the change that begins at `start`, and where it ends. */
function changeAt(lines: readonly DiffLine[], start: number): [removed: DiffLine[], added: DiffLine[], next: number] {
  const removed: DiffLine[] = [];
  const added: DiffLine[] = [];
  let i = start;
  for (; lines[i]?.kind === 'del'; i++) removed.push(lines[i] as DiffLine);
  for (; lines[i]?.kind === 'add'; i++) added.push(lines[i] as DiffLine);
  return [removed, added, i];
}

/** For each changed line that has one, the line that it replaced or that replaced it. */
export function counterparts(lines: readonly DiffLine[]): Map<DiffLine, DiffLine> {
  const map = new Map<DiffLine, DiffLine>();
  for (const { left, right } of pairLines(lines)) {
    if (!left || !right || left === right) continue;
    map.set(left, right);
    map.set(right, left);
  }
  return map;
}

/** The text of one side of a hunk. */
export const sideText = (lines: readonly DiffLine[], side: 'old' | 'new'): string =>
  lines.filter((line) => line.kind !== (side === 'old' ? 'add' : 'del')).map((line) => line.text).join('\n');
