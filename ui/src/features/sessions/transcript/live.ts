import type { Entry, Uuid } from '@/shared/api/types';
import { createStore } from '@/shared/hooks/createStore';
import { resumeStream, type ResumeState } from '@/shared/transport/resume';
import { readEntries, streamPath } from '@/features/sessions/api/entries';
import { Fold, type FoldOptions } from './fold';
import { TranscriptLog } from './log';
import type { PlanItem, Row, Usage } from './rows';
import { Standing } from './standing';

const FIRST_PAGE = 200;
/** The largest page that the server gives. */
const FULL_PAGE = 1_000;
/** A command's output is cut into rows of about this many characters. */
const PIECE_LENGTH = 8_000;
/** When the entries that are held weigh more than this, some are let go of. One short entry weighs one. */
const MOST_WEIGHT = 12_000;
/** What they weigh after that, about. */
const KEPT_WEIGHT = 8_000;
/** So many entries above and below the view are never let go of. */
const MARGIN = 500;
/** A hidden page draws no frames: it is told this often instead, in ms. */
const HIDDEN_PUBLISH_MS = 250;

export interface TranscriptState {
  rows: readonly Row[];
  /** `loading` until the first page is there. */
  phase: 'loading' | 'ready' | 'failed';
  error: unknown;
  connection: ResumeState;
  hasOlder: boolean;
  /** The rows end before the session does: newer pages are to be asked for. */
  hasNewer: boolean;
  loading: 'older' | 'newer' | null;
  usage: Usage | null;
  plan: readonly PlanItem[];
  /** From where the rows were begun, and how many times: each new one is a place to scroll to. */
  opened: { at: 'start' | 'end'; times: number };
}

/** What is in sight: its end while that is followed, else the sequence numbers of its first and last row. */
export type InView = 'end' | { first: number; last: number };

const EMPTY: TranscriptState = {
  rows: [],
  phase: 'loading',
  error: null,
  connection: 'connecting',
  hasOlder: false,
  hasNewer: false,
  loading: null,
  usage: null,
  plan: [],
  opened: { at: 'end', times: 0 },
};

/** One session's transcript: the newest page, then live, then other pages as they are asked for. */
export class LiveTranscript {
  readonly state = createStore<TranscriptState>(EMPTY);
  private readonly log = new TranscriptLog();
  private readonly standing = new Standing();
  private readonly options: FoldOptions;
  private fold: Fold;
  private stopStream: (() => void) | null = null;
  private reading: AbortController | null = null;
  private fillingGap = false;
  private publishing = false;
  private inView: InView = 'end';
  private opened = EMPTY.opened;

  constructor(
    readonly sessionId: Uuid,
    /** The output of a command: plain text that may be cut anywhere. */
    isPlainText: boolean,
  ) {
    this.options = { pieceLength: isPlainText ? PIECE_LENGTH : Infinity };
    this.fold = new Fold(this.options);
  }

  /** Begins, or goes on from the last entry seen. */
  start(): void {
    if (this.stopStream || this.reading) return;
    if (this.state.get().phase !== 'ready') return void this.readFirstPage();
    this.openStream();
    // A view begins at the end.
    if (this.log.hasNewer) void this.open('end');
  }

  /** Ends the stream; what was read stays. */
  stop(): void {
    this.reading?.abort();
    this.reading = null;
    this.stopStream?.();
    this.stopStream = null;
  }

  /** Told by the view, so that what is far from it can be let go of. */
  look(inView: InView): void {
    this.inView = inView;
  }

  private async readFirstPage(): Promise<void> {
    const reading = new AbortController();
    this.reading = reading;
    this.patch({ phase: 'loading', error: null });
    try {
      const page = await readEntries(this.sessionId, { limit: FIRST_PAGE }, reading.signal);
      if (this.reading !== reading) return;
      this.begin(page, 'end');
      this.openStream();
    } catch (error) {
      if (this.reading === reading) this.patch({ phase: 'failed', error });
    } finally {
      if (this.reading === reading) this.reading = null;
    }
  }

  private begin(page: readonly Entry[], at: 'start' | 'end'): void {
    const { added, gap } = this.log.begin(page, at === 'end');
    this.standing.add(at === 'end' ? added : []);
    this.refold();
    this.inView = at === 'end' ? 'end' : { first: this.log.first, last: this.log.first };
    this.opened = { at, times: this.opened.times + 1 };
    this.publishNow();
    if (gap) void this.fillGap();
  }

  private openStream(): void {
    this.stopStream = resumeStream({
      path: () => streamPath(this.sessionId, this.log.streamsFrom),
      onFrame: (frame) => this.take((frame as { entries?: Entry[] }).entries ?? []),
      onState: (connection) => this.patch({ connection }),
    });
  }

  private take(entries: readonly Entry[]): void {
    const { added, gap } = this.log.append(entries);
    this.standing.add(this.log.hasNewer ? entries : added);
    this.fold.addAll(added);
    if (added.length > 0 || this.log.hasNewer) this.publishSoon();
    if (gap) void this.fillGap();
  }

  /** Asks for what the stream left out. */
  private async fillGap(): Promise<void> {
    if (this.fillingGap) return;
    this.fillingGap = true;
    try {
      for (let gap = true; gap; ) {
        const page = await readEntries(this.sessionId, { after: this.log.last, limit: FULL_PAGE });
        const result = this.log.append(page);
        this.standing.add(result.added);
        this.fold.addAll(result.added);
        gap = result.gap && result.added.length > 0;
      }
      this.publishSoon();
    } catch {
      // The next frame tries again; until then the run stays unbroken up to the gap.
    } finally {
      this.fillingGap = false;
    }
  }

  loadOlder(): Promise<void> {
    return this.load('older', this.log.hasOlder, async () => {
      const older = this.log.prepend(await readEntries(this.sessionId, { before: this.log.first, limit: FULL_PAGE }));
      this.standing.addOlder(older);
      this.fold.prepend(older);
    });
  }

  loadNewer(): Promise<void> {
    return this.load('newer', this.log.hasNewer, async () => {
      const { added, gap } = this.log.extend(await readEntries(this.sessionId, { after: this.log.last, limit: FULL_PAGE }), FULL_PAGE);
      this.standing.add(this.log.hasNewer ? [] : added);
      this.fold.addAll(added);
      if (gap) void this.fillGap();
    });
  }

  /** Shows the session's first entries, or its newest, without what lies between. */
  open(at: 'start' | 'end'): Promise<void> {
    return this.load(at === 'start' ? 'older' : 'newer', at === 'start' ? this.log.hasOlder : this.log.hasNewer, async () => {
      const page = await readEntries(this.sessionId, at === 'start' ? { after: 0, limit: FULL_PAGE } : { limit: FIRST_PAGE });
      this.begin(page, at);
    });
  }

  private async load(which: 'older' | 'newer', wanted: boolean, read: () => Promise<void>): Promise<void> {
    const { loading, phase } = this.state.get();
    if (loading || phase !== 'ready' || !wanted) return;
    this.patch({ loading: which });
    try {
      await read();
      this.publishNow();
    } catch (error) {
      this.patch({ error });
    } finally {
      this.patch({ loading: null });
    }
  }

  /** However fast entries come, the page is drawn once a frame. */
  private publishSoon(): void {
    if (this.publishing) return;
    this.publishing = true;
    const publish = () => {
      this.publishing = false;
      this.publishNow();
    };
    if (document.hidden) setTimeout(publish, HIDDEN_PUBLISH_MS);
    else requestAnimationFrame(publish);
  }

  private publishNow(): void {
    if (this.log.weight > MOST_WEIGHT) this.letGo();
    this.patch({
      rows: this.fold.rows(),
      phase: 'ready',
      error: null,
      hasOlder: this.log.hasOlder,
      hasNewer: this.log.hasNewer,
      usage: this.standing.usage,
      plan: this.standing.plan,
      opened: this.opened,
    });
  }

  /**
   * Drops entries that are far from the view, on the side that has more of them, so that neither memory nor the
   * list's layout grows with the session. They are read again when the view comes near.
   */
  private letGo(): void {
    const { first, last } = this.log;
    const view = this.inView === 'end' ? { first: last, last } : this.inView;
    const starts = this.fold.rows().map((row) => row.seq);
    // At the start of a row: it then looks the same when it is folded anew.
    if (view.first - first >= last - view.last) {
      const until = Math.min(view.first - MARGIN, this.log.placeOfWeight(KEPT_WEIGHT, 'end'));
      const seq = starts.find((start) => start >= until);
      if (seq === undefined || seq <= first) return;
      this.log.dropBefore(seq);
    } else {
      const from = Math.max(view.last + MARGIN, this.log.placeOfWeight(KEPT_WEIGHT, 'start'));
      const seq = starts.find((start) => start >= from);
      if (seq === undefined || seq > last) return;
      this.log.dropFrom(seq);
    }
    this.refold();
  }

  private refold(): void {
    this.fold = new Fold(this.options);
    this.fold.addAll(this.log.entries);
  }

  private patch(change: Partial<TranscriptState>): void {
    this.state.set((state) => ({ ...state, ...change }));
  }
}

/** Transcripts looked at lately stay, so that going back and forth reads only what is new. */
const MOST_KEPT = 6;
const kept = new Map<Uuid, LiveTranscript>();

export function transcriptOf(sessionId: Uuid, isPlainText: boolean): LiveTranscript {
  const known = kept.get(sessionId) ?? new LiveTranscript(sessionId, isPlainText);
  kept.delete(sessionId);
  kept.set(sessionId, known);
  for (const [id] of kept) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(id);
  }
  return known;
}
