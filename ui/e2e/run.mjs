// Runs the browser tests. `npm run e2e -- tasks review` runs the files whose name contains one of the words.
// With SWITCHYARD_HOSTED, the address of a hosted server on which nobody has signed in yet and anybody may register, it
// runs the files about people instead: no server is started for those. With SWITCHYARD_REGISTRATION besides, which says who
// may register there otherwise, it runs those that want such a server.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { Stage } from './stage.mjs';

const PROGRAMS = ['switchyard-server', 'switchyard-runner', 'switchyard-scripted-agent', 'switchyard-let-pass'];

const HOSTED = process.env.SWITCHYARD_HOSTED;
/** What a file's `hosted` says that is to be run: `false`, or who may register, where `true` stands for anybody. */
const WANTED = HOSTED ? (process.env.SWITCHYARD_REGISTRATION ?? true) : false;

function requirePrograms() {
  if (HOSTED) return null;
  const folder = process.env.SWITCHYARD_PROGRAMS ?? join(import.meta.dirname, '../../target/debug');
  const missing = PROGRAMS.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    console.error(`${folder} has no ${missing.join(', ')}. Build them with \`cargo build -p switchyard-server -p switchyard-runner -p switchyard-testkit\`, or set SWITCHYARD_PROGRAMS to their folder.`);
    process.exit(2);
  }
  if (!existsSync(join(import.meta.dirname, '../dist/index.html'))) {
    console.error('The UI is not built. Run `npm run build` first.');
    process.exit(2);
  }
  return folder;
}

async function main() {
  const programs = requirePrograms();
  const words = process.argv.slice(2);
  const files = readdirSync(join(import.meta.dirname, 'scenarios'))
    .filter((name) => name.endsWith('.mjs') && (words.length === 0 || words.some((word) => name.includes(word))))
    .sort();
  const root = mkdtempSync(join(tmpdir(), 'switchyard-e2e-'));
  const failures = join(root, 'failures');
  mkdirSync(failures);
  const browser = await Browser.launch(process.env.SWITCHYARD_CHROMIUM ?? '/usr/bin/chromium');
  const tally = { passed: 0, failed: 0 };
  const begun = Date.now();
  let stage;
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void Promise.allSettled([stage?.end(), browser.close()]).then(() => process.exit(130)));
  try {
    for (const file of files) {
      const { default: play, title, hosted = false } = await import(`./scenarios/${file}`);
      if (hosted !== WANTED) continue;
      console.log(`\n${title}`);
      stage = new Stage({ root: join(root, file.replace('.mjs', '')), programs, browser, failures, tally, hosted: HOSTED });
      await stage.run(play);
    }
  } finally {
    await browser.close();
  }
  console.log(`\n${((Date.now() - begun) / 1000).toFixed(1)} s with Chromium ${browser.version}`);
  if (tally.failed === 0) rmSync(root, { recursive: true, force: true });
  else console.log(`What the pages looked like upon failure: ${failures}`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

await main();
