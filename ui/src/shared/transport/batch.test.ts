import { expect, test } from 'vitest';
import { readBatch, writeBatch } from './batch';

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

test('what is put together is taken apart again, text and bytes', () => {
  const body = writeBatch(['é', bytes(0, 255), '']).buffer as ArrayBuffer;
  const read = readBatch(body);
  expect(read.map((frame) => frame.kind)).toEqual(['message', 'message', 'message']);
  const data = read.map((frame) => (frame.kind === 'message' ? frame.data : null));
  expect(data[0]).toBe('é');
  expect(new Uint8Array(data[1] as ArrayBuffer)).toEqual(new Uint8Array([0, 255]));
  expect(data[2]).toBe('');
});

test('the shell tells that a stream is open, and with which code it ended', () => {
  expect(readBatch(bytes(0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0xee, 0x03))).toEqual([{ kind: 'open' }, { kind: 'closed', code: 1006 }]);
});
