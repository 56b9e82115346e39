import type { Entry, Uuid } from '@/shared/api/types';
import { createStore } from '@/shared/hooks/createStore';
import { resumeStream, type ResumeState } from '@/shared/transport/resume';
import { readEntries, streamPath } from '@/features/sessions/api/entries';
import { Fold } from './fold';
import { TranscriptLog } from './log';
import type { PlanItem, Row, Usage } from './rows';

const FIRST_PAGE = 200;
/** The largest page that the server gives. */
const FULL_PAGE = 1_000;
/** A command's output is cut into rows of about this many characters. */
const PIECE_LENGTH = 8_000;
/** A hidden page draws no frames: it is told this often instead, in ms. */
const HIDDEN_PUBLISH_MS = 250;

export interface TranscriptState {
  rows: readonly Row[];
  /** `loading` until the first page is there. */
  phase: 'loading' | 'ready' | 'failed';
  error: unknown;
  connection: ResumeState;
  hasOlder: boolean;
  loadingOlder: boolean;
  usage: Usage | null;
  plan: readonly PlanItem[];
}

const EMPTY: TranscriptState = {
  rows: [],
  phase: 'loading',
  error: null,
  connection: 'connecting',
  hasOlder: false,
  loadingOlder: false,
  usage: null,
  plan: [],
};

/** One session's transcript: the newest page, then live, then older pages as they are asked for. */
export class LiveTranscript {
  readonly state = createStore<TranscriptState>(EMPTY);
  private readonly log = new TranscriptLog();
  private readonly fold: Fold;
  private stopStream: (() => void) | null = null;
  private reading: AbortController | null = null;
  private fillingGap = false;
  private publishing = false;

  constructor(
    readonly sessionId: Uuid,
    /** The output of a command: plain text that may be cut anywhere. */
    isPlainText: boolean,
  ) {
    this.fold = new Fold({ pieceLength: isPlainText ? PIECE_LENGTH : Infinity });
  }

  /** Begins, or goes on from the last entry seen. */
  start(): void {
    if (this.stopStream || this.reading) return;
    if (this.state.get().phase === 'ready') this.openStream();
    else void this.readFirstPage();
  }

  /** Ends the stream; what was read stays. */
  stop(): void {
    this.reading?.abort();
    this.reading = null;
    this.stopStream?.();
    this.stopStream = null;
  }

  private async readFirstPage(): Promise<void> {
    const reading = new AbortController();
    this.reading = reading;
    this.patch({ phase: 'loading', error: null });
    try {
      const page = await readEntries(this.sessionId, { limit: FIRST_PAGE }, reading.signal);
      if (this.reading !== reading) return;
      this.fold.addAll(this.log.begin(page));
      this.publishNow();
      this.openStream();
    } catch (error) {
      if (this.reading === reading) this.patch({ phase: 'failed', error });
    } finally {
      if (this.reading === reading) this.reading = null;
    }
  }

  private openStream(): void {
    this.stopStream = resumeStream({
      path: () => streamPath(this.sessionId, this.log.last),
      onFrame: (frame) => this.take((frame as { entries?: Entry[] }).entries ?? []),
      onState: (connection) => this.patch({ connection }),
    });
  }

  private take(entries: readonly Entry[]): void {
    const { added, gap } = this.log.append(entries);
    this.fold.addAll(added);
    if (added.length > 0) this.publishSoon();
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

  async loadOlder(): Promise<void> {
    const { loadingOlder, phase } = this.state.get();
    if (loadingOlder || phase !== 'ready' || !this.log.hasOlder) return;
    this.patch({ loadingOlder: true });
    try {
      const page = await readEntries(this.sessionId, { before: this.log.first, limit: FULL_PAGE });
      this.fold.prepend(this.log.prepend(page));
      this.publishNow();
    } catch (error) {
      this.patch({ error });
    } finally {
      this.patch({ loadingOlder: false });
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
    this.patch({
      rows: this.fold.rows(),
      phase: 'ready',
      error: null,
      hasOlder: this.log.hasOlder,
      usage: this.fold.usage,
      plan: this.fold.plan,
    });
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
