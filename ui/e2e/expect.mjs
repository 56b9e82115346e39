// Waiting for what should become true. Every wait has a deadline and says what it waited for.
import assert from 'node:assert/strict';

const DEADLINE_MS = 15_000;
const PULSE_MS = 40;

export const shown = (locator, timeout = DEADLINE_MS) => locator.first().waitFor({ state: 'visible', timeout });
export const gone = (locator, timeout = DEADLINE_MS) => locator.first().waitFor({ state: 'hidden', timeout });
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves with the first truthy value that `check` gives. */
export async function until(what, check, timeout = DEADLINE_MS) {
  const deadline = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`Waited ${timeout / 1000} s in vain: ${what}. Last seen: ${seen}`);
    }
    await pause(PULSE_MS);
  }
}

/** Waits until `read` gives a value that equals `expected`; the difference is in the error. */
export async function becomes(read, expected, timeout = DEADLINE_MS) {
  let value;
  try {
    await until('a value', async () => {
      value = await read();
      try {
        assert.deepEqual(value, expected);
        return true;
      } catch {
        return false;
      }
    }, timeout);
  } catch {
    assert.deepEqual(value, expected);
  }
}
