import type { Entry, Usage } from '@/shared/api/types';
import type { PlanItem } from './rows';

/** What holds for the session as a whole: its newest plan, and what it has used. */
export class Standing {
  usage: Usage | null = null;
  plan: readonly PlanItem[] = [];
  /** The newest entry that was taken in. */
  private last = 0;

  /** Takes in what came; entries that were taken in before change nothing. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.seq <= this.last) continue;
      this.last = entry.seq;
      if (entry.kind === 'plan') this.plan = entry.items;
      else if (entry.kind === 'usage')
        this.usage = {
          used: entry.used ?? this.usage?.used ?? null,
          size: entry.size ?? this.usage?.size ?? null,
          cost: entry.cost ?? this.usage?.cost ?? null,
          currency: entry.currency ?? this.usage?.currency ?? null,
        };
    }
  }

  /** Older entries tell what the newer ones did not. */
  addOlder(entries: readonly Entry[]): void {
    const older = new Standing();
    older.add(entries);
    this.usage ??= older.usage;
    if (this.plan.length === 0) this.plan = older.plan;
  }
}
