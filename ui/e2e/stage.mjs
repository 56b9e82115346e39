// Where the scenarios of one file play: they share a server, a home folder and windows, and run one after the other.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Instance } from './instance.mjs';
import { Repository } from './repository.mjs';

const SCENARIO_PATIENCE_MS = 90_000;

export class Stage {
  #root;
  #failures;
  #tally;
  #instances = [];

  constructor({ root, programs, browser, failures, tally, hosted }) {
    this.#root = root;
    this.programs = programs;
    /** For files about people: a hosted server that runs already. */
    this.hosted = hosted ? { url: new URL(hosted).origin } : null;
    this.browser = browser;
    this.#failures = failures;
    this.#tally = tally;
  }

  /** Plays a file; what it started is ended whatever happens. */
  async run(play) {
    mkdirSync(this.#root, { recursive: true });
    try {
      await play(this);
    } catch (error) {
      await this.#failed('is set up', error);
    }
    await this.end();
  }

  /** Ends all that the file started. */
  async end() {
    await this.browser.closeWindows();
    for (const instance of this.#instances) await instance.stop();
  }

  /** A server on a fresh data folder, with a home folder of its own. */
  instance = async () => this.prepare().start();

  /** The same, not started yet: its folders can still be filled. */
  prepare = () => {
    const instance = new Instance(join(this.#root, `instance-${this.#instances.length + 1}`), this.programs);
    this.#instances.push(instance);
    return instance;
  };

  /** This very repository, cloned into the home folder. */
  clone = (instance, name = 'switchyard') => Repository.cloneOfThis(join(instance.home, 'code', name));

  small = (instance, name, files) => Repository.small(join(instance.home, 'code', name), files);

  /** A folder for what this file leaves behind; it is removed with the rest when all went well. */
  get folder() {
    return this.#root;
  }

  /** The command line of the agent that does what its prompt says. */
  get scriptedAgent() {
    return join(this.programs, 'switchyard-scripted-agent');
  }

  /** One scenario, told as a sentence. It fails too if a page complained meanwhile. */
  scenario = async (sentence, play, { patience = SCENARIO_PATIENCE_MS } = {}) => {
    const begun = Date.now();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done within ${patience / 1000} s`)), patience);
    });
    try {
      const note = await Promise.race([play(), late]);
      const complaints = this.browser.takeComplaints();
      if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
      this.#tally.passed += 1;
      console.log(`  ok    ${sentence} (${seconds(begun)})${typeof note === 'string' ? `: ${note}` : ''}`);
    } catch (error) {
      await this.#failed(`${sentence} (${seconds(begun)})`, error);
    } finally {
      clearTimeout(timer);
    }
  };

  async #failed(sentence, error) {
    this.#tally.failed += 1;
    console.log(`  FAILED ${sentence}`);
    console.log(indented(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    for (const complaint of this.browser.takeComplaints()) console.log(indented(complaint));
    for (const [i, page] of this.browser.pages.entries()) {
      const path = join(this.#failures, `${this.#tally.failed}-${i + 1}.png`);
      await page.screenshot({ path, timeout: 5_000 }).then(
        () => console.log(indented(`${page.url()} → ${path}`)),
        () => undefined,
      );
    }
    for (const instance of this.#instances) console.log(indented(`server log:\n${instance.logTail()}`));
  }
}

const seconds = (begun) => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
const indented = (text) => text.replace(/^/gm, '         ');
