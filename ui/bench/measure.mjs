// One motion in one list: the main thread's work for each frame, and how many frames there are beside an empty page's.
import { framesWhile } from '../e2e/measure.mjs';
import { framesOf, recorded } from './trace.mjs';

/** A scroller with nothing in it: as many frames as this browser makes on this machine. */
const EMPTY = '<!doctype html><style>#scroller{position:absolute;overflow-y:auto}#long{height:1000000px}</style><div id="scroller" tabindex="0"><div id="long"></div></div>';
/** What was begun before must not be counted with the motion. */
const SETTLE_MS = 700;

/**
 * Scrolls three times: with the list untraced, to count frames; in an empty page of the same shape; and traced, to see
 * what the main thread does. Milliseconds are of processor time and p99; `work` is script, style and layout.
 */
export async function measure(page, scroller, motion) {
  const frames = await countedFrames(page, scroller, motion);
  const empty = await emptyFrames(page, scroller, motion);
  await page.waitForTimeout(SETTLE_MS);
  const made = framesOf(await recorded(page, () => motion(page, scroller)));
  const p99 = (of) => percentile(made.map(of), 0.99);
  return {
    frames,
    empty_frames: empty,
    work_ms: p99((frame) => frame.script + frame.style + frame.layout),
    script_ms: p99((frame) => frame.script),
    style_ms: p99((frame) => frame.style),
    layout_ms: p99((frame) => frame.layout),
    paint_ms: p99((frame) => frame.paint),
    median_work_ms: percentile(made.map((frame) => frame.script + frame.style + frame.layout), 0.5),
  };
}

async function countedFrames(page, scroller, motion) {
  await page.waitForTimeout(SETTLE_MS);
  const before = await scroller.evaluate((element) => element.scrollTop);
  const { count } = await framesWhile(page, () => motion(page, scroller));
  const after = await scroller.evaluate((element) => element.scrollTop);
  if (before === after) throw new Error('Nothing was scrolled.');
  return count;
}

async function emptyFrames(page, scroller, motion) {
  const bare = await page.context().newPage();
  await bare.setViewportSize(page.viewportSize());
  await bare.setContent(EMPTY);
  const same = bare.locator('#scroller');
  await same.evaluate((element, { x, y, width, height }) => {
    Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    element.scrollTop = 500_000;
    element.focus();
  }, await scroller.boundingBox());
  await bare.waitForTimeout(SETTLE_MS);
  const { count } = await framesWhile(bare, () => motion(bare, same));
  await bare.close();
  await page.bringToFront();
  return count;
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
