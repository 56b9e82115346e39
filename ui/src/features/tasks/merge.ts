/** A stretch of lines in which the two sides agree, or do not. */
type Chunk = { kind: 'same'; lines: string[] } | { kind: 'conflict'; mine: string[]; theirs: string[] };

export interface TextMerge {
  /** Where both changed the same lines, both versions stand one after the other. */
  text: string;
  /** True when nothing had to be put one after the other. */
  clean: boolean;
}

/** For each line of `base`, its index in `other`, or -1: a longest common subsequence. */
function match(base: readonly string[], other: readonly string[]): number[] {
  const lengths = Array.from({ length: base.length + 1 }, () => new Uint32Array(other.length + 1));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = base.length - 1; i >= 0; i -= 1) {
    const row = lengths[i];
    if (!row) continue;
    for (let j = other.length - 1; j >= 0; j -= 1) row[j] = base[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const matched = new Array<number>(base.length).fill(-1);
  for (let i = 0, j = 0; i < base.length && j < other.length; ) {
    if (base[i] === other[j]) {
      matched[i] = j;
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return matched;
}

const equal = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((line, i) => line === b[i]);

/** Settles one stretch between lines that all three share. */
function settle(base: string[], mine: string[], theirs: string[]): Chunk {
  if (equal(mine, theirs) || equal(theirs, base)) return { kind: 'same', lines: mine };
  if (equal(mine, base)) return { kind: 'same', lines: theirs };
  return { kind: 'conflict', mine, theirs };
}

function chunks(base: string[], mine: string[], theirs: string[]): Chunk[] {
  const [inMine, inTheirs] = [match(base, mine), match(base, theirs)];
  const result: Chunk[] = [];
  let [b, m, t] = [0, 0, 0];
  for (let i = 0; i <= base.length; i += 1) {
    const end = i === base.length;
    const [nextMine, nextTheirs] = end ? [mine.length, theirs.length] : [inMine[i] ?? -1, inTheirs[i] ?? -1];
    if (nextMine < 0 || nextTheirs < 0) continue;
    if (b < i || m < nextMine || t < nextTheirs) result.push(settle(base.slice(b, i), mine.slice(m, nextMine), theirs.slice(t, nextTheirs)));
    const shared = base[i];
    if (!end && shared !== undefined) result.push({ kind: 'same', lines: [shared] });
    [b, m, t] = [i + 1, nextMine + 1, nextTheirs + 1];
  }
  return result;
}

/** Line by line, both sides' changes since `base` in one text. */
export function mergeText(base: string, mine: string, theirs: string): TextMerge {
  const merged = chunks(base.split('\n'), mine.split('\n'), theirs.split('\n'));
  return {
    text: merged.flatMap((chunk) => (chunk.kind === 'same' ? chunk.lines : [...chunk.mine, ...chunk.theirs])).join('\n'),
    clean: merged.every((chunk) => chunk.kind === 'same'),
  };
}

/** What either side added is in, what either side took away is out. */
export function mergeLabels(base: readonly string[], mine: readonly string[], theirs: readonly string[]): string[] {
  const kept = base.filter((label) => mine.includes(label) && theirs.includes(label));
  const added = [...mine, ...theirs].filter((label) => !base.includes(label));
  return [...new Set([...kept, ...added])];
}
