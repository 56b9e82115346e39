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
 * out of order, with holes — the run holds each entry once and never skips one.
 */
export class TranscriptLog {
  readonly entries: Entry[] = [];
  private readonly ahead = new Map<number, Entry>();
  /** Sequence before the first entry that is wanted when nothing is held. */
  private base = 0;
  /** The highest sequence number ever seen: what is below it and not held is missing. */
  private highest = 0;

  /** Sequence number of the oldest entry held; one past the newest when none is. */
  get first(): number {
    return this.entries[0]?.seq ?? this.base + 1;
  }

  /** Sequence number of the newest entry held; 0 when the session has none. */
  get last(): number {
    return this.entries.at(-1)?.seq ?? this.base;
  }

  /** Entries before the oldest held exist; numbering starts at 1. */
  get hasOlder(): boolean {
    return this.first > 1;
  }

  /** Takes the newest page, in ascending order, as the place to begin. Only for an empty log. */
  begin(page: readonly Entry[]): Entry[] {
    const [oldest] = page;
    if (oldest) this.base = oldest.seq - 1;
    return this.append(page).added;
  }

  append(batch: readonly Entry[]): Appended {
    const added: Entry[] = [];
    for (const entry of batch) {
      if (entry.seq > this.highest) this.highest = entry.seq;
      if (entry.seq === this.last + 1) {
        this.entries.push(entry);
        added.push(entry);
      } else if (entry.seq > this.last && this.ahead.size < MOST_AHEAD) {
        this.ahead.set(entry.seq, entry);
      }
    }
    for (let next = this.ahead.get(this.last + 1); next; next = this.ahead.get(this.last + 1)) {
      this.entries.push(next);
      added.push(next);
    }
    for (const seq of this.ahead.keys()) if (seq <= this.last) this.ahead.delete(seq);
    return { added, gap: this.last < this.highest };
  }

  /** Puts an older page before the rest. False when it does not end where the run begins; then nothing changes. */
  prepend(page: readonly Entry[]): boolean {
    const older = page.filter((entry) => entry.seq < this.first);
    const broken = older.some((entry, i) => entry.seq !== this.first - older.length + i);
    if (older.length === 0 || broken) return false;
    this.entries.unshift(...older);
    return true;
  }
}
