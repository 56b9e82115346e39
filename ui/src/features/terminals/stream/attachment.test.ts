import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeTransport, type FakeStream } from '@/test/fakes';
import { Attachment, type AttachmentState } from './attachment';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);

function attach({ lookUp = () => new Promise<AttachmentState>(() => {}), draws = true } = {}) {
  const { streams } = fakeTransport(() => ({}));
  const shown: string[] = [];
  const states: AttachmentState[] = [];
  const waiting: (() => void)[] = [];
  const attachment = new Attachment({
    id: 't',
    sink: {
      write: (piece, isReplay, done) => {
        shown.push(`${isReplay ? 'replay ' : ''}${piece.length > 40 ? piece.length : text(piece)}`);
        if (draws) done();
        else waiting.push(done);
      },
      gap: () => shown.push('gap'),
      resized: ({ cols, rows }) => shown.push(`${cols}x${rows}`),
    },
    onState: (state) => states.push(state),
    lookUp,
  });
  attachment.start();
  const stream = () => streams.at(-1) as FakeStream;
  const open = (from: number, end = from) => {
    stream().open();
    stream().say({ type: 'attached', from, end, cols: 80, rows: 24 });
  };
  const acks = () => stream().sent.flatMap((frame) => ((frame as { type?: string }).type === 'ack' ? [(frame as { offset: number }).offset] : []));
  return { attachment, streams, stream, open, shown, states, acks, waiting };
}

test('output from before is told from what comes live, to the byte', () => {
  const { stream, open, shown, streams } = attach();
  expect(streams[0]?.path).toBe('/terminals/t/attach');
  open(100, 105);
  stream().sayBytes(bytes('oldernew'));
  stream().sayBytes(bytes('more'));
  expect(shown).toEqual(['80x24', 'replay older', 'new', 'more']);
});

test('after an interruption it goes on at the byte where it was', async () => {
  const { stream, open, shown, streams, states } = attach();
  open(0);
  stream().sayBytes(bytes('héllo'));
  stream().close();
  expect(states.at(-1)).toEqual({ is: 'away' });
  await vi.advanceTimersByTimeAsync(500);
  expect(streams).toHaveLength(2);
  expect(stream().path).toBe('/terminals/t/attach?from=6');
  open(6, 8);
  stream().sayBytes(bytes('ab'));
  stream().sayBytes(bytes('c'));
  expect(states.at(-1)).toEqual({ is: 'live' });
  expect(shown).toEqual(['80x24', 'héllo', '80x24', 'replay ab', 'c']);
});

test('bytes that are not drawn yet are not asked for again', async () => {
  const { stream, open, waiting, acks } = attach({ draws: false });
  open(0);
  stream().sayBytes(bytes('abc'));
  stream().close();
  await vi.advanceTimersByTimeAsync(500);
  expect(stream().path).toBe('/terminals/t/attach?from=3');
  open(3);
  waiting[0]?.();
  await vi.advanceTimersByTimeAsync(60);
  expect(acks()).toEqual([]);
});

test('what was lost meanwhile is a gap, however the server says it', async () => {
  const { stream, open, shown } = attach();
  open(0);
  stream().sayBytes(bytes('a'));
  stream().say({ type: 'gap', from: 500 });
  stream().sayBytes(bytes('b'));
  stream().close();
  await vi.advanceTimersByTimeAsync(500);
  expect(stream().path).toBe('/terminals/t/attach?from=501');
  open(900, 901);
  stream().sayBytes(bytes('c'));
  expect(shown).toEqual(['80x24', 'a', 'gap', 'b', 'gap', '80x24', 'replay c']);
});

test('the server is told what has been drawn: at once after 64 KiB, soon after less', async () => {
  const { stream, open, acks, waiting } = attach({ draws: false });
  open(0);
  stream().sayBytes(new Uint8Array(40_000));
  stream().sayBytes(new Uint8Array(40_000));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(acks()).toEqual([]);
  waiting[0]?.();
  expect(acks()).toEqual([]);
  waiting[1]?.();
  expect(acks()).toEqual([80_000]);
  stream().sayBytes(bytes('x'));
  waiting[2]?.();
  expect(acks()).toEqual([80_000]);
  await vi.advanceTimersByTimeAsync(50);
  expect(acks()).toEqual([80_000, 80_001]);
});

test('input is cut into frames the server takes, and refused rather than kept while it is away', async () => {
  const { attachment, stream, open } = attach();
  expect(attachment.input(bytes('early'))).toBe(false);
  stream().open();
  expect(attachment.input(bytes('open, not attached'))).toBe(false);
  open(0);
  const pasted = bytes('x'.repeat(100_000));
  expect(attachment.input(pasted)).toBe(true);
  const frames = stream().sent.filter((frame) => frame instanceof Uint8Array);
  expect(frames.map((frame) => frame.length)).toEqual([32_768, 32_768, 32_768, 1_696]);
  stream().close();
  expect(attachment.input(bytes('late'))).toBe(false);
  expect(attachment.resize({ cols: 1, rows: 1 })).toBe(false);
  await vi.advanceTimersByTimeAsync(500);
  open(0);
  expect(stream().sent).toEqual([]);
});

test('the end is told with its reason, and nothing is tried after it', async () => {
  const { stream, open, states, streams } = attach();
  open(0);
  stream().say({ type: 'closed', reason: 'exited', exit_code: 3 });
  expect(states.at(-1)).toEqual({ is: 'closed', reason: 'exited', exitCode: 3 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(streams).toHaveLength(1);
});

test('a stream that is refused since the terminal ended says how it ended', async () => {
  const { stream, states, streams } = attach({ lookUp: async () => ({ is: 'closed', reason: 'idle', exitCode: null }) });
  stream().close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states.at(-1)).toEqual({ is: 'closed', reason: 'idle', exitCode: null });
  expect(streams.length).toBeLessThanOrEqual(2);
});

test('a server that is away is waited for', async () => {
  const { stream, states, streams, open } = attach({ lookUp: () => Promise.reject(new Error('away')) });
  open(0);
  stream().close();
  await vi.advanceTimersByTimeAsync(500);
  stream().close();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(streams.length).toBeGreaterThanOrEqual(3);
  expect(states.at(-1)?.is).toBe('away');
});
