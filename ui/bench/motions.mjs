// Ways in which people scroll, at the speed of hands.

const FRAME_MS = 1000 / 60;
/** How often a held key repeats. */
const REPEAT_MS = 33;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** Calls `step` at a fixed pace, not waiting for the page: a hand does not either. */
async function paced(times, everyMs, step) {
  const begun = performance.now();
  const sent = [];
  for (let i = 0; i < times; i += 1) {
    sent.push(step(i));
    await pause(begun + (i + 1) * everyMs - performance.now());
  }
  await Promise.all(sent);
}

async function middleOf(locator) {
  const box = await locator.boundingBox();
  return { box, x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The wheel or touchpad, turned steadily. Negative speeds go up. */
export const wheel = (pxPerSecond, seconds) => async (page, scroller) => {
  const { x, y } = await middleOf(scroller);
  await page.mouse.move(x, y);
  await paced((seconds * 1000) / FRAME_MS, FRAME_MS, () => page.mouse.wheel(0, (pxPerSecond * FRAME_MS) / 1000));
};

/** A key held down. */
export const held = (key, seconds) => async (page) => {
  // Pressed again without having been let go: the browser takes it as a repetition.
  await paced((seconds * 1000) / REPEAT_MS, REPEAT_MS, () => page.keyboard.down(key));
  await page.keyboard.up(key);
};

/** A key pressed again and again. */
export const pressed = (key, times, everyMs) => (page) => paced(times, everyMs, () => page.keyboard.press(key));

/** The scroll bar's thumb, dragged over a part of its way and at the same pace back. */
export const dragged = (seconds) => async (page, scroller) => {
  const { box } = await middleOf(scroller);
  const x = box.x + box.width - 4;
  const at = await scroller.evaluate((element) => element.scrollTop / (element.scrollHeight - element.clientHeight));
  const from = box.y + Math.min(box.height - 12, Math.max(12, at * box.height));
  const [low, high] = [box.y + 12, box.y + box.height - 12];
  const steps = (seconds * 1000) / FRAME_MS;
  const way = (high - low) * 0.6 * (at > 0.5 ? -1 : 1);
  await page.mouse.move(x, from);
  await page.mouse.down();
  await paced(steps, FRAME_MS, (i) => page.mouse.move(x, from + way * (i < steps / 2 ? (2 * i) / steps : 2 - (2 * i) / steps)));
  await page.mouse.up();
};
