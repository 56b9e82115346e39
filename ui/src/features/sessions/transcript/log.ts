import type { Entry } from '@/shared/api/types';

/** Entries that came before their turn are kept up to this many; past it they are asked for again. */
const MOST_AHEAD = 2_000;
/** So many characters weigh as much as an entry without any. */
const LENGTH_OF_ONE = 1_000;

export interface Appended {
  /** Entries that follow directly on what was known, in order, each once. */
  added: Entry[];
  /** True while entries are known to be missing between what is here and what came. */
  gap: boolean;
}

const NOTHING: Appended = { added: [], gap: false };

/**
 * A stretch of a session's entries as one unbroken run of sequence numbers. Whatever comes — doubled after a
 * reconnect, out of order, with holes — each entry is let through once, in order, and none is skipped. The run ends
 * at the session's newest entry, unless it was cut: then it is continued page by page.
 */
export class TranscriptLog {
  /** Sequence number of the oldest entry let through; one past `last` when there was none. */
  first = 1;
  /** Sequence number of the newest entry let through; 0 when the session has none. */
  last = 0;
  /** The run, from `first` to `last`. */
  entries: Entry[] = [];
  /** The highest sequence number ever seen: what is below it and was not let through is missing. */
  private highest = 0;
  /** What comes at the session's end does not follow on the run. */
  private cut = false;
  private readonly ahead = new Map<number, Entry>();
  private load = 0;

  /** Entries before the oldest exist; numbering starts at 1. */
  get hasOlder(): boolean {
    return this.first > 1;
  }

  /** Entries after the newest exist and do not come by themselves. */
  get hasNewer(): boolean {
    return this.cut;
  }

  /** What the entries weigh: one each, and more for long ones. */
  get weight(): number {
    return this.load;
  }

  /** After which entry the stream has to go on. */
  get streamsFrom(): number {
    return this.cut ? this.highest : this.last;
  }

  /** Takes a page, in ascending order, as the whole run. `atEnd` when it was the newest one. */
  begin(page: readonly Entry[], atEnd = true): Appended {
    const [oldest] = page;
    this.first = oldest?.seq ?? 1;
    this.last = this.first - 1;
    this.entries = [];
    this.load = 0;
    this.ahead.clear();
    this.cut = false;
    const begun = this.append(page);
    if (atEnd) return begun;
    this.cut = true;
    return { ...begun, gap: false };
  }

  /** Takes what the session's end brings. */
  append(batch: readonly Entry[]): Appended {
    for (const entry of batch) if (entry.seq > this.highest) this.highest = entry.seq;
    if (this.cut) return NOTHING;
    const added: Entry[] = [];
    const letThrough = (entry: Entry) => {
      added.push(entry);
      this.last = entry.seq;
    };
    for (const entry of batch) {
      if (entry.seq === this.last + 1) letThrough(entry);
      else if (entry.seq > this.last && this.ahead.size < MOST_AHEAD) this.ahead.set(entry.seq, entry);
    }
    for (let next = this.ahead.get(this.last + 1); next; next = this.ahead.get(this.last + 1)) letThrough(next);
    for (const seq of this.ahead.keys()) if (seq <= this.last) this.ahead.delete(seq);
    for (const entry of added) this.entries.push(entry);
    this.load += weightOf(added);
    return { added, gap: this.last < this.highest };
  }

  /** Continues a run that was cut with the page behind it. A page with less than `limit` entries reaches the end. */
  extend(page: readonly Entry[], limit: number): Appended {
    this.cut = false;
    const extended = this.append(page);
    this.cut = page.length >= limit && extended.gap;
    return this.cut ? { ...extended, gap: false } : extended;
  }

  /** The entries of an older page that come directly before the run; none when the page does not reach up to it. */
  prepend(page: readonly Entry[]): Entry[] {
    const older = page.filter((entry) => entry.seq < this.first);
    const broken = older.some((entry, i) => entry.seq !== this.first - older.length + i);
    if (broken) return [];
    this.first -= older.length;
    this.entries = older.concat(this.entries);
    this.load += weightOf(older);
    return older;
  }

  /** The sequence number up to which, counted from one end of the run, the entries weigh this much. */
  placeOfWeight(weight: number, from: 'start' | 'end'): number {
    let sum = 0;
    const step = from === 'start' ? 1 : -1;
    let i = from === 'start' ? 0 : this.entries.length - 1;
    for (; i >= 0 && i < this.entries.length && sum < weight; i += step) sum += weightOf(this.entries.slice(i, i + 1));
    return this.first + i;
  }

  /** Lets go of the entries before `seq`; they can be asked for again. */
  dropBefore(seq: number): void {
    this.entries = this.entries.slice(seq - this.first);
    this.first = seq;
    this.load = weightOf(this.entries);
  }

  /** Lets go of `seq` and all behind it: the run is cut. */
  dropFrom(seq: number): void {
    this.entries = this.entries.slice(0, seq - this.first);
    this.last = seq - 1;
    this.load = weightOf(this.entries);
    this.ahead.clear();
    this.cut = true;
  }
}

const weightOf = (entries: readonly Entry[]): number => entries.reduce((sum, entry) => sum + 1 + lengthOf(entry) / LENGTH_OF_ONE, 0);

function lengthOf(entry: Entry): number {
  if (entry.kind !== 'tool_call') return 'text' in entry ? lengthOfText(entry.text) : 0;
  let length = lengthOfText(entry.input) + lengthOfText(entry.output);
  for (const content of entry.content ?? []) for (const value of Object.values(content)) length += lengthOfText(value);
  return length;
}

const lengthOfText = (value: unknown): number => (typeof value === 'string' ? value.length : 0);
