import { openResumable, type ResumedStream } from '@/shared/transport/resume';
import type { ClosedReason, TerminalFrame, Uuid } from '@/shared/api/types';
import { ackFrame, attachPath, inputFrames, resizeFrame } from './frames';

/** So many bytes may be drawn before the server is told. It sends at most four times as much ahead. */
const ACK_BYTES = 64 * 1024;
/** It is told of fewer after this time. */
const ACK_MS = 50;

export interface Size {
  cols: number;
  rows: number;
}

export type AttachmentState =
  | { is: 'connecting' | 'live' | 'away' | 'gone' }
  | { is: 'closed'; reason: ClosedReason | null; exitCode: number | null };

/** Where output goes. */
export interface Sink {
  /** `isReplay`: it was shown before, here or elsewhere. `done` is called when it has been drawn. */
  write(bytes: Uint8Array, isReplay: boolean, done: () => void): void;
  /** Output was lost: what is shown does not fit what follows. */
  gap(): void;
  /** The size that the program was told, by whichever window. */
  resized(size: Size): void;
}

export interface AttachmentOptions {
  id: Uuid;
  sink: Sink;
  onState: (state: AttachmentState) => void;
  /** Asked when the stream cannot be had: whether the terminal still runs, or how it ended. Rejects when that is not known. */
  lookUp: () => Promise<AttachmentState>;
}

/**
 * One window's view of a terminal's output and its way to the program. It counts the bytes, so that after an
 * interruption it goes on where it was, and tells the server what has been drawn: the server sends no further than
 * a bounded way ahead of that.
 */
export class Attachment {
  private stream: ResumedStream | null = null;
  private state: AttachmentState = { is: 'connecting' };
  /** Offset of the next byte; null before the first attachment. */
  private next: number | null = null;
  /** What lies before it is a replay. */
  private replayEnd = 0;
  private drawn = 0;
  private acked = 0;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private isAttached = false;

  constructor(private readonly options: AttachmentOptions) {}

  start(): void {
    if (this.stream || this.state.is === 'closed' || this.state.is === 'gone') return;
    this.stream = openResumable({
      path: () => attachPath(this.options.id, this.next),
      onFrame: (frame) => this.takeFrame(frame as TerminalFrame),
      onBytes: (bytes) => this.takeBytes(bytes),
      onState: (state) => {
        this.isAttached = false;
        if (state === 'offline') this.lost();
      },
    });
  }

  stop(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.isAttached = false;
    this.stream?.stop();
    this.stream = null;
  }

  /** False when the program cannot be reached now: the input was not sent, and is not sent later. */
  input(bytes: Uint8Array): boolean {
    if (!this.isAttached || !this.stream) return false;
    for (const frame of inputFrames(bytes)) if (!this.stream.send(frame)) return false;
    return true;
  }

  resize({ cols, rows }: Size): boolean {
    return this.isAttached && (this.stream?.send(resizeFrame(cols, rows)) ?? false);
  }

  private takeFrame(frame: TerminalFrame): void {
    switch (frame.type) {
      case 'attached':
        // From elsewhere than asked for: what lies between is not kept any more.
        if (this.next !== null && frame.from !== this.next) this.options.sink.gap();
        this.next = frame.from;
        this.replayEnd = frame.end;
        this.drawn = frame.from;
        this.acked = frame.from;
        this.isAttached = true;
        this.options.sink.resized({ cols: frame.cols, rows: frame.rows });
        return this.become({ is: 'live' });
      case 'gap':
        this.options.sink.gap();
        this.next = frame.from;
        return this.drawnTo(frame.from);
      case 'size':
        return this.options.sink.resized({ cols: frame.cols, rows: frame.rows });
      case 'closed':
        return this.end({ is: 'closed', reason: frame.reason, exitCode: frame.exit_code });
    }
  }

  private takeBytes(bytes: Uint8Array): void {
    if (this.next === null) return;
    const replayed = Math.min(bytes.length, Math.max(0, this.replayEnd - this.next));
    if (replayed > 0) this.write(bytes.subarray(0, replayed), true);
    if (replayed < bytes.length) this.write(bytes.subarray(replayed), false);
  }

  private write(bytes: Uint8Array, isReplay: boolean): void {
    if (this.next === null) return;
    this.next += bytes.length;
    const end = this.next;
    this.options.sink.write(bytes, isReplay, () => this.drawnTo(end));
  }

  private drawnTo(offset: number): void {
    this.drawn = Math.max(this.drawn, offset);
    if (this.drawn - this.acked >= ACK_BYTES) this.ack();
    else if (this.drawn > this.acked) this.ackTimer ??= setTimeout(() => this.ack(), ACK_MS);
  }

  private ack(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    if (this.isAttached && this.drawn > this.acked && this.stream?.send(ackFrame(this.drawn))) this.acked = this.drawn;
  }

  /** A stream that is refused does not say why; a request does. */
  private lost(): void {
    this.become({ is: 'away' });
    this.options.lookUp().then(
      (found) => {
        if (this.stream && !this.isAttached && (found.is === 'closed' || found.is === 'gone')) this.end(found);
      },
      // The server is away too: the stream comes back by itself.
      () => undefined,
    );
  }

  private end(state: AttachmentState): void {
    this.stop();
    this.become(state);
  }

  private become(state: AttachmentState): void {
    this.state = state;
    this.options.onState(state);
  }
}
