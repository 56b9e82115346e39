import type { Hunk } from '@/shared/api/types';

const CONTEXT = 3;
/** Past this many differing lines the exact shortest edit is not worth its time: the middle is shown as replaced. */
const MOST_EDITS = 400;

interface Edit {
  kind: ' ' | '-' | '+';
  text: string;
}

/** The difference of two texts as hunks with three lines of context. */
export function compareTexts(before: string, after: string): Hunk[] {
  return toHunks(editsBetween(splitLines(before), splitLines(after)));
}

function splitLines(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  // A final line end closes the last line; it does not open another.
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function editsBetween(a: string[], b: string[]): Edit[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const same = (lines: string[]): Edit[] => lines.map((text) => ({ kind: ' ', text }));
  return [
    ...same(a.slice(0, head)),
    ...shortestEdit(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

/** Myers' greedy algorithm: the furthest reach per diagonal for each number of edits, then back along the trail. */
function shortestEdit(a: string[], b: string[]): Edit[] {
  const replaced = (): Edit[] => [...a.map((text): Edit => ({ kind: '-', text })), ...b.map((text): Edit => ({ kind: '+', text }))];
  if (a.length === 0 || b.length === 0) return replaced();
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const reach = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  const get = (map: Map<number, number>, k: number) => map.get(k) ?? -1;

  for (let d = 0; d <= most; d++) {
    trail.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && get(reach, k - 1) < get(reach, k + 1));
      let x = down ? get(reach, k + 1) : get(reach, k - 1) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      reach.set(k, x);
      if (x >= a.length && y >= b.length) return walkBack(a, b, trail);
    }
  }
  return replaced();
}

function walkBack(a: string[], b: string[], trail: Map<number, number>[]): Edit[] {
  const edits: Edit[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trail.length - 1; d >= 0; d--) {
    const reach = trail[d] ?? new Map<number, number>();
    const at = (k: number) => reach.get(k) ?? -1;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const previousX = down ? at(k + 1) : at(k - 1);
    const previousY = previousX - (down ? k + 1 : k - 1);
    while (x > Math.max(previousX, 0) && y > Math.max(previousY, 0) && a[x - 1] === b[y - 1]) {
      edits.push({ kind: ' ', text: a[--x] ?? '' });
      y--;
    }
    if (d === 0) break;
    if (down) edits.push({ kind: '+', text: b[--y] ?? '' });
    else edits.push({ kind: '-', text: a[--x] ?? '' });
  }
  return edits.reverse();
}

function toHunks(edits: Edit[]): Hunk[] {
  const hunks: Hunk[] = [];
  let old = 1;
  let now = 1;
  let open: Hunk | null = null;
  let sinceChange = 0;
  const recent: Edit[] = [];

  for (const edit of edits) {
    if (edit.kind !== ' ') {
      if (!open) {
        open = { old_start: old - recent.length, new_start: now - recent.length, old_lines: 0, new_lines: 0, heading: '', lines: [] };
        for (const each of recent) addLine(open, each);
        hunks.push(open);
      }
      sinceChange = 0;
    } else sinceChange += 1;
    if (open) addLine(open, edit);
    if (open && sinceChange > 2 * CONTEXT) {
      // Too far from the next change to be one hunk: give back the context that was taken ahead.
      for (const line of open.lines.splice(open.lines.length - (sinceChange - CONTEXT))) dropCount(open, line);
      open = null;
    }
    recent.push(edit);
    if (edit.kind !== ' ') recent.length = 0;
    else if (recent.length > CONTEXT) recent.shift();
    if (edit.kind !== '+') old += 1;
    if (edit.kind !== '-') now += 1;
  }
  if (open && sinceChange > CONTEXT) for (const line of open.lines.splice(open.lines.length - (sinceChange - CONTEXT))) dropCount(open, line);
  return hunks;
}

function addLine(hunk: Hunk, edit: Edit): void {
  hunk.lines.push(edit.kind + edit.text);
  if (edit.kind !== '+') hunk.old_lines += 1;
  if (edit.kind !== '-') hunk.new_lines += 1;
}

function dropCount(hunk: Hunk, line: string): void {
  if (!line.startsWith('+')) hunk.old_lines -= 1;
  if (!line.startsWith('-')) hunk.new_lines -= 1;
}
