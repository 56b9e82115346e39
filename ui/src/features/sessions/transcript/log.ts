import type { Entry } from '@/shared/api/types';

/** Entries that came before their turn are kept up to this many; past it they are asked for again. */
const MOST_AHEAD = 2_000;

export interface Appended {
  /** Entries that follow directly on what was known, in order, each once. */
  added: Entry[];
  /** True while entries are known to be missing between what is here and what came. */
  gap: boolean;
}

/**
 * A session's entries as one unbroken run of sequence numbers. Whatever comes — doubled after a reconnect,
 * out of order, with holes — each entry is let through once, in order, and none is skipped.
 */
export class TranscriptLog {
  /** Sequence number of the oldest entry let through; one past `last` when there was none. */
  first = 1;
  /** Sequence number of the newest entry let through; 0 when the session has none. */
  last = 0;
  /** The highest sequence number ever seen: what is below it and was not let through is missing. */
  private highest = 0;
  private readonly ahead = new Map<number, Entry>();

  /** Entries before the oldest exist; numbering starts at 1. */
  get hasOlder(): boolean {
    return this.first > 1;
  }

  /** Takes the newest page, in ascending order, as the place to begin. Only once, before anything else. */
  begin(page: readonly Entry[]): Entry[] {
    const [oldest] = page;
    if (oldest) {
      this.first = oldest.seq;
      this.last = oldest.seq - 1;
    }
    return this.append(page).added;
  }

  append(batch: readonly Entry[]): Appended {
    const added: Entry[] = [];
    const letThrough = (entry: Entry) => {
      added.push(entry);
      this.last = entry.seq;
    };
    for (const entry of batch) {
      if (entry.seq > this.highest) this.highest = entry.seq;
      if (entry.seq === this.last + 1) letThrough(entry);
      else if (entry.seq > this.last && this.ahead.size < MOST_AHEAD) this.ahead.set(entry.seq, entry);
    }
    for (let next = this.ahead.get(this.last + 1); next; next = this.ahead.get(this.last + 1)) letThrough(next);
    for (const seq of this.ahead.keys()) if (seq <= this.last) this.ahead.delete(seq);
    return { added, gap: this.last < this.highest };
  }

  /** The entries of an older page that come directly before the run; none when the page does not reach up to it. */
  prepend(page: readonly Entry[]): Entry[] {
    const older = page.filter((entry) => entry.seq < this.first);
    const broken = older.some((entry, i) => entry.seq !== this.first - older.length + i);
    if (broken) return [];
    this.first -= older.length;
    return older;
  }
}
