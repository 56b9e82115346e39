import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readBatch, writeBatch } from './batch';
import { tauriTransport } from './tauri';

/** A shell that answers calls as ours does, and lets the test speak on a stream's channel. */
function fakeShell() {
  const calls: { command: string; arguments: unknown; headers: Record<string, string> }[] = [];
  let say: (message: unknown) => void = () => {};
  let release: (() => void) | null = null;
  const internals = {
    transformCallback: (callback: (message: unknown) => void) => {
      say = callback;
      return 1;
    },
    unregisterCallback: () => {},
    invoke: async (command: string, given: unknown, options?: { headers: Record<string, string> }) => {
      calls.push({ command, arguments: given, headers: options?.headers ?? {} });
      if (command === 'stream_send') await new Promise<void>((resolve) => (release = resolve));
      return command === 'stream_open' ? 7 : null;
    },
  };
  vi.stubGlobal('__TAURI_INTERNALS__', internals);
  let index = 0;
  return {
    calls,
    of: (command: string) => calls.filter((call) => call.command === command),
    say: (body: ArrayBuffer) => say({ message: body, index: index++ }),
    taken: () => release?.(),
  };
}

const open = new Uint8Array([0, 0, 0, 0, 0]).buffer;
const closed = new Uint8Array([3, 2, 0, 0, 0, 0xe8, 0x03]).buffer;
const batch = (...messages: (string | ArrayBuffer)[]) => writeBatch(messages).buffer as ArrayBuffer;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a stream opens, brings messages in order, and says when it is over', async () => {
  const shell = fakeShell();
  const seen: unknown[] = [];
  const stream = tauriTransport.openStream('/events');
  stream.onMessage((data) => seen.push(data));
  stream.onState((state) => seen.push(state));
  await settle();
  shell.say(open);
  shell.say(batch('one', 'two'));
  shell.say(closed);
  expect(seen).toEqual(['open', 'one', 'two', 'closed']);
  expect(shell.of('stream_open')[0]?.arguments).toMatchObject({ path: '/events' });
});

test('what is sent while a batch is on its way goes together in the next', async () => {
  const shell = fakeShell();
  const stream = tauriTransport.openStream('/terminal');
  await settle();
  stream.send('a');
  await settle();
  stream.send('b');
  stream.send('c');
  await settle();
  expect(shell.of('stream_send')).toHaveLength(1);
  shell.taken();
  await settle();
  const sent = shell.of('stream_send').map((call) => readBatch((call.arguments as Uint8Array).buffer as ArrayBuffer));
  expect(sent.map((frames) => frames.map((frame) => frame.kind === 'message' && frame.data))).toEqual([['a'], ['b', 'c']]);
  expect(shell.of('stream_send')[0]?.headers).toEqual({ stream: '7' });
});

test('taken batches are acknowledged: much at once, little after a moment', async () => {
  const shell = fakeShell();
  tauriTransport.openStream('/events');
  await settle();
  shell.say(batch('x'.repeat(70_000)));
  await settle();
  expect(shell.of('stream_acknowledge').map((call) => call.arguments)).toEqual([{ id: 7, batches: 1 }]);
  shell.say(batch('y'));
  shell.say(batch('z'));
  await settle();
  expect(shell.of('stream_acknowledge')).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(60);
  expect(shell.of('stream_acknowledge')[1]?.arguments).toEqual({ id: 7, batches: 2 });
});

test('a stream that the page closes brings nothing more', async () => {
  const shell = fakeShell();
  const seen: unknown[] = [];
  const stream = tauriTransport.openStream('/events');
  stream.onMessage((data) => seen.push(data));
  await settle();
  shell.say(open);
  stream.close();
  shell.say(batch('late'));
  await settle();
  expect(seen).toEqual([]);
  expect(shell.of('stream_close')[0]?.arguments).toEqual({ id: 7 });
});
