// Measures how lists scroll: a board of 10,000 tasks and a transcript of 100,000 entries, in a real Chromium.
// `node bench/scroll.mjs [--quick] [WORD …]` prints a line of JSON for each motion whose name holds one of the words.
// It needs a built UI and built programs; `cargo xtask bench --only scroll` makes both and turns the lines into figures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from '../e2e/browser.mjs';
import { Instance } from '../e2e/instance.mjs';
import { Repository } from '../e2e/repository.mjs';
import { fillBoard, fillTranscript, SHARE_TO_DO } from './content.mjs';
import { measure } from './measure.mjs';
import { dragged, held, pressed, wheel } from './motions.mjs';

const quick = process.argv.includes('--quick');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const seconds = quick ? 1 : 3;
const programs = process.env.SWITCHYARD_PROGRAMS ?? join(import.meta.dirname, '../../target/release');

async function main() {
  const root = mkdtempSync(join(tmpdir(), 'switchyard-scroll-'));
  const instance = new Instance(join(root, 'instance'), programs);
  const browser = await Browser.launch(process.env.SWITCHYARD_CHROMIUM ?? '/usr/bin/chromium', { scrollBars: true });
  const end = () => Promise.allSettled([browser.close(), instance.stop()]);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end().then(() => process.exit(130)));
  try {
    await instance.start();
    const scene = { instance, programs, repository: Repository.small(join(instance.home, 'code', 'mill')), quick };
    for (const list of [board, transcript]) await list(scene, browser);
  } finally {
    await end();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Pixels a second: reading on, and looking for something. */
const WHEELS = [3_000, 10_000];

/** A window as people have it, animations and all. */
const open = async (browser, instance, path) => (await browser.window(instance, { options: { reducedMotion: 'no-preference' } })).open(path);

async function report(name, page, scroller, motion) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) return;
  console.log(JSON.stringify({ name, ...(await measure(page, scroller, motion)) }));
}

async function board(scene, browser) {
  const { path, tasks } = await fillBoard(scene);
  const page = await open(browser, scene.instance, path);
  const list = page.getByRole('list', { name: 'To do', exact: true });
  await page.getByRole('region', { name: `To do, ${tasks * SHARE_TO_DO} tasks` }).waitFor({ timeout: 60_000 });
  const scroller = list.locator('..');
  const named = (motion) => `board of ${tasks} tasks, ${motion}`;
  for (const speed of WHEELS) await report(named(`wheel at ${speed} px/s`), page, scroller, wheel(speed, seconds));
  await report(named('scroll bar dragged'), page, scroller, dragged(seconds));
  await list.getByRole('link').first().focus();
  await report(named('J held'), page, scroller, held('j', seconds));
  await page.context().close();
}

async function transcript(scene, browser) {
  const { path, entries } = await fillTranscript(scene);
  const page = await open(browser, scene.instance, path);
  const log = page.getByRole('log', { name: 'Transcript' });
  await log.getByText('That was all.', { exact: true }).waitFor({ timeout: 60_000 });
  const named = (motion) => `transcript of ${entries} entries, ${motion}`;
  for (const speed of WHEELS) await report(named(`wheel at ${speed} px/s`), page, log, wheel(-speed, seconds));
  await log.focus();
  await report(named('Page Up pressed'), page, log, pressed('PageUp', seconds * 5, 200));
  await report(named('scroll bar dragged'), page, log, dragged(seconds));
}

await main();
