// What a page costs while it is used: frames, nodes, memory.

/** Scrolls with the wheel where the pointer is, and tells how long the frames took. */
export async function framesWhile(page, action) {
  await page.evaluate(() => {
    const frames = [];
    window.switchyardFrames = { frames, going: true };
    let last = performance.now();
    const tick = (now) => {
      frames.push(now - last);
      last = now;
      if (window.switchyardFrames.going) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await action();
  const frames = await page.evaluate(() => {
    window.switchyardFrames.going = false;
    return window.switchyardFrames.frames.slice(1);
  });
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (part) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]);
  return { count: frames.length, median: at(0.5), p95: at(0.95), longest: at(1), late: frames.filter((ms) => ms > 34).length };
}

export const inWords = ({ count, median, p95, longest, late }) => `${count} frames, median ${median} ms, p95 ${p95} ms, longest ${longest} ms, ${late} over 34 ms`;

/** Turns the wheel a number of times with a pause as a hand makes one. */
export async function wheel(page, locator, turns, deltaY) {
  const box = await locator.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let i = 0; i < turns; i += 1) {
    await page.mouse.wheel(0, deltaY);
    await page.waitForTimeout(16);
  }
}

export const nodesIn = (locator) => locator.evaluate((element) => element.querySelectorAll('*').length);

/** Memory of the page's script after a collection, in MB. */
export async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1024 ** 2;
}
