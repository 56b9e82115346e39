import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry } from '@/shared/api/types';
import { setTransport } from '@/shared/transport';
import { httpTransport } from '@/shared/transport/http';
import type { StreamState } from '@/shared/transport/transport';
import { LiveTranscript } from './live';

const entry = (seq: number): Entry => ({ session_id: 's', seq, turn: 1, at: '2026-11-22T10:00:00Z', kind: 'user_message', message_id: null, text: `${seq}` });

/** A server that holds entries, answers pages of them, and whose stream a test can cut. */
class FakeServer {
  entries: Entry[] = [];
  asked: string[] = [];
  opened: string[] = [];
  failing = false;
  private send: (frame: string) => void = () => undefined;
  private tell: (state: StreamState) => void = () => undefined;

  write(count: number): Entry[] {
    const added = Array.from({ length: count }, (_, i) => entry(this.entries.length + 1 + i));
    this.entries.push(...added);
    return added;
  }

  stream(entries: readonly Entry[]): void {
    this.send(JSON.stringify({ entries }));
  }

  cut(): void {
    this.tell('closed');
  }

  install(): void {
    setTransport({
      ...httpTransport,
      request: (_method, path) => {
        this.asked.push(path);
        const query = new URLSearchParams(path.split('?')[1]);
        const limit = Number(query.get('limit'));
        const after = query.get('after');
        const until = this.entries.filter(({ seq }) => seq < Number(query.get('before') ?? Infinity));
        const items = after === null ? until.slice(-limit) : this.entries.filter(({ seq }) => seq > Number(after)).slice(0, limit);
        const answer = this.failing ? { code: 'unavailable', title: 'No', detail: 'No' } : { items, next_cursor: null };
        return Promise.resolve({ status: this.failing ? 503 : 200, header: () => null, text: () => Promise.resolve(JSON.stringify(answer)) });
      },
      openStream: (path) => {
        this.opened.push(path);
        return { onMessage: (listener) => (this.send = listener), onState: (listener) => (this.tell = listener), send: () => undefined, close: () => undefined };
      },
    });
  }
}

describe('a live transcript', () => {
  let server: FakeServer;
  let live: LiveTranscript;
  const shown = () => live.state.get().rows.map((row) => Number('text' in row ? row.text : 0));
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const settle = () => vi.advanceTimersByTimeAsync(500);

  beforeEach(async () => {
    vi.useFakeTimers();
    server = new FakeServer();
    server.install();
    server.write(250);
    live = new LiveTranscript('s', false);
    live.start();
    await settle();
  });
  afterEach(() => {
    live.stop();
    vi.useRealTimers();
    setTransport(httpTransport);
  });

  it('begins with the newest page and goes on from there', async () => {
    expect(shown()).toEqual(range(51, 250));
    expect(server.opened).toEqual(['/sessions/s/stream?after=250']);
    server.stream(server.write(2));
    await settle();
    expect(shown()).toEqual(range(51, 252));
  });

  it('neither loses nor doubles an entry when the connection breaks', async () => {
    server.stream(server.write(3));
    server.cut();
    server.write(4);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.opened.at(-1)).toBe('/sessions/s/stream?after=253');
    server.stream(server.entries.slice(248));
    await settle();
    expect(shown()).toEqual(range(51, 257));
  });

  it('asks for what the stream left out', async () => {
    server.write(5);
    server.stream(server.write(1));
    await settle();
    expect(shown()).toEqual(range(51, 256));
    expect(server.asked.at(-1)).toContain('after=250');
  });

  it('puts older pages before the rest until the first entry is there', async () => {
    expect(live.state.get().hasOlder).toBe(true);
    await live.loadOlder();
    expect(shown()).toEqual(range(1, 250));
    expect(live.state.get().hasOlder).toBe(false);
    const asked = server.asked.length;
    await live.loadOlder();
    expect(server.asked).toHaveLength(asked);
  });

  it('keeps what it has when an older page cannot be had, and gets it later', async () => {
    server.failing = true;
    await live.loadOlder();
    expect([shown().length, live.state.get().phase]).toEqual([200, 'ready']);
    expect(live.state.get().error).not.toBeNull();
    server.failing = false;
    await live.loadOlder();
    expect([shown().length, live.state.get().error]).toEqual([250, null]);
  });

  it('goes on from its last entry when it is looked at again', async () => {
    live.stop();
    server.write(3);
    live.start();
    expect(server.opened.at(-1)).toBe('/sessions/s/stream?after=250');
    server.stream(server.entries.slice(250));
    await settle();
    expect(shown()).toEqual(range(51, 253));
  });

  it('says when it could not begin, and begins when asked again', async () => {
    server.failing = true;
    const other = new LiveTranscript('t', false);
    other.start();
    await settle();
    expect(other.state.get().phase).toBe('failed');
    server.failing = false;
    other.start();
    await settle();
    expect(other.state.get().phase).toBe('ready');
    other.stop();
  });
});
