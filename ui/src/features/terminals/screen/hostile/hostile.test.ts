import headless from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { boundRepetition } from '@/features/terminals/screen/bounds';
import { REPLIES, sortOutgoing } from '@/features/terminals/screen/outgoing';
import { xtermOptions } from '@/features/terminals/screen/options';
import corpus from './corpus.json';

type Piece = string | [text: string, times: number];

/** A sequence of the corpus: each character stands for a byte; a pair is a text that repeats. */
const bytesOf = (sequence: string | Piece[]): Uint8Array => {
  const pieces = typeof sequence === 'string' ? [sequence] : sequence;
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join('');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
};

const groups = Object.entries(corpus as unknown as Record<string, (string | Piece[])[]>);
const sequences = groups.flatMap(([, list]) => list.map(bytesOf));

/** Longer than any sequence may hold the page. */
const HANG_MS = 2_000;

function terminal() {
  const emulator = new headless.Terminal({ ...xtermOptions, cols: 80, rows: 24 });
  boundRepetition(emulator);
  const typed: string[] = [];
  const replies: string[] = [];
  const decode = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);
  sortOutgoing(emulator, { onTyped: (bytes) => typed.push(decode(bytes)), onReply: (bytes) => replies.push(decode(bytes)) }, () => 0);
  const write = (bytes: Uint8Array) => new Promise<void>((resolve) => emulator.write(bytes, resolve));
  return { emulator, typed, replies, write };
}

function expectOnlyAllowed({ typed, replies }: { typed: string[]; replies: string[] }) {
  expect(typed).toEqual([]);
  for (const reply of replies) expect(REPLIES.filter(({ form }) => form.test(reply)).map(({ name }) => name)).toHaveLength(1);
}

test('the corpus has at least 300 sequences', () => {
  expect(sequences.length).toBeGreaterThanOrEqual(300);
  expect(new Set(sequences.map(String)).size).toBe(sequences.length);
});

describe.each(groups)('%s', (_, list) => {
  test('nothing but fixed answers is sent, and nothing takes long', async () => {
    for (const sequence of list) {
      const one = terminal();
      const begun = performance.now();
      await one.write(bytesOf(sequence));
      // What was left open ends, and questions that follow are still answered.
      await one.write(bytesOf('\x18\x1b\\\x1b[5n'));
      expect(performance.now() - begun, JSON.stringify(sequence)).toBeLessThan(HANG_MS);
      expectOnlyAllowed(one);
      expect(one.replies.at(-1), JSON.stringify(sequence)).toBe('\x1b[0n');
      one.emulator.dispose();
    }
  });
});

test('all sequences one after the other in one terminal send nothing else either', async () => {
  const one = terminal();
  for (const sequence of sequences) await one.write(sequence);
  expectOnlyAllowed(one);
});

/** mulberry32: the same run each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const STARTS = ['\x1b[', '\x1b]', '\x1bP', '\x1b_', '\x1b', '\xc2\x9b', '\xc2\x9d', '\xc2\x90', '\x1b[?', '\x1b[>', '\x1bP$q', '\x1bP+q', '\x1b]4;', '\x1b]52;', '\x1b[38;5;'];
const MIDDLES = ['0', '1', '5', '6', '21', '255', '1004', '9999', '65535', '2147483647', ';', ':', '?', '$', ' ', '"', "'", '\r', '\n', 'id', '\xff', '\xe2\x82'];
const ENDS = ['n', 'c', 't', 'p', 'm', 'h', 'l', 'q', 'y', 'b', 'L', 'S', 'x', '\x07', '\x1b\\', '\xc2\x9c', '\x18', ''];

test.each([1, 2, 3, 4])('a fuzz run sends nothing else (seed %i)', async (seed) => {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const one = terminal();
  for (let i = 0; i < 1_500; i += 1) {
    const kind = next();
    let bytes: Uint8Array;
    if (kind < 0.5) {
      bytes = bytesOf(pick(STARTS) + Array.from({ length: Math.floor(next() * 6) }, () => pick(MIDDLES)).join('') + pick(ENDS));
    } else if (kind < 0.8) {
      // A known sequence with some bytes changed, cut or doubled.
      bytes = Uint8Array.from(pick(sequences).subarray(0, 400));
      for (let change = 0; change < 3 && bytes.length > 0; change += 1) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      bytes = bytes.subarray(0, Math.ceil(next() * bytes.length));
    } else {
      bytes = Uint8Array.from({ length: Math.floor(next() * 64) }, () => Math.floor(next() * 256));
    }
    const begun = performance.now();
    await one.write(bytes);
    expect(performance.now() - begun, String(bytes)).toBeLessThan(HANG_MS);
  }
  expectOnlyAllowed(one);
  expect(one.replies.length).toBeGreaterThan(0);
}, 60_000);

test('what a person types is told from answers, even when it looks like one', () => {
  const one = terminal();
  one.emulator.input('ls\r', true);
  one.emulator.input('\x1b[1;5R', true);
  expect(one.typed).toEqual(['ls\r', '\x1b[1;5R']);
  // Sent by a program of ours without a person: only if it is on the list.
  one.emulator.input('id\r', false);
  one.emulator.input('\x1b[24;80R', false);
  expect(one.typed).toHaveLength(2);
  expect(one.replies).toEqual(['\x1b[24;80R']);
});

test('a file full of questions gets no more than a bounded number of answers', async () => {
  const one = terminal();
  await one.write(bytesOf([['\x1b[c', 20_000]]));
  expect(one.replies.length).toBe(200);
});
