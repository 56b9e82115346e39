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

  describe('of many entries', () => {
    const ALL = 40_000;
    const unbroken = () => {
      const numbers = shown();
      expect(numbers).toEqual(range(numbers[0] ?? 0, numbers.at(-1) ?? 0));
      return [numbers[0], numbers.at(-1), numbers.length] as const;
    };
    const flood = async (count: number) => {
      for (let sent = 0; sent < count; sent += 500) server.stream(server.write(500));
      await settle();
    };
    /** Loads pages as a reader does who goes on to the last row each time. */
    async function readOn(which: 'loadOlder' | 'loadNewer', until: () => boolean): Promise<number> {
      let most = 0;
      for (let pages = 0; !until() && pages < 200; pages += 1) {
        const rows = live.state.get().rows;
        const at = (which === 'loadOlder' ? rows[0] : rows.at(-1))?.seq ?? 0;
        live.look({ first: at, last: at });
        await live[which]();
        most = Math.max(most, unbroken()[2]);
      }
      return most;
    }

    it('holds a bounded part of a flood that is followed to its end, and gives back the rest when one scrolls up', async () => {
      await flood(ALL);
      const [, last, length] = unbroken();
      expect(last).toBe(ALL + 250);
      expect(length).toBeLessThan(15_000);
      const most = await readOn('loadOlder', () => !live.state.get().hasOlder);
      expect(unbroken()[0]).toBe(1);
      expect(most).toBeLessThan(15_000);
      expect(live.state.get().hasNewer).toBe(true);
    });

    it('goes on to the end again from the middle, with what came meanwhile', async () => {
      await flood(ALL);
      await readOn('loadOlder', () => !live.state.get().hasOlder);
      const before = unbroken();
      await flood(1_000);
      expect(unbroken()).toEqual(before);
      await readOn('loadNewer', () => !live.state.get().hasNewer);
      expect(unbroken()[1]).toBe(ALL + 1_250);
      server.stream(server.write(3));
      await settle();
      expect(unbroken()[1]).toBe(ALL + 1_253);
    });

    it('leaps to the first entries and back to the newest', async () => {
      await flood(ALL);
      await live.open('start');
      expect(unbroken().slice(0, 2)).toEqual([1, 1_000]);
      expect(live.state.get()).toMatchObject({ hasOlder: false, hasNewer: true, opened: { at: 'start' } });
      server.stream(server.write(7));
      await live.open('end');
      expect(unbroken()[1]).toBe(ALL + 257);
      expect(live.state.get()).toMatchObject({ hasOlder: true, hasNewer: false, opened: { at: 'end' } });
    });

    it('reconnects from the newest entry that it was told of, not from the part that it holds', async () => {
      await flood(ALL);
      await live.open('start');
      server.cut();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(server.opened.at(-1)).toBe(`/sessions/s/stream?after=${ALL + 250}`);
    });

    it('shows the end when it is looked at again', async () => {
      await flood(ALL);
      await live.open('start');
      live.stop();
      live.start();
      await settle();
      expect(unbroken()[1]).toBe(ALL + 250);
      expect(live.state.get().hasNewer).toBe(false);
    });
  });
});
