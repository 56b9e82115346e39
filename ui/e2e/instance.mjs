// A real server on a data folder of its own.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './expect.mjs';
import { Api } from './api.mjs';

const START_PATIENCE_MS = 20_000;
const END_PATIENCE_MS = 15_000;
const LOG_TAIL_LINES = 10;

/** What a program that the server or the runner starts may find in the environment. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR', 'USER'];

export class Instance {
  #child = null;
  #root;
  #programs;
  #port = 0;

  constructor(root, programs) {
    this.#root = root;
    this.#programs = programs;
    this.home = join(root, 'home');
    this.data = join(root, 'data');
    /** Programs put here are found before others of their name. */
    this.bin = join(root, 'bin');
    mkdirSync(this.home, { recursive: true });
  }

  /** Starts the server; a later start takes the same port, so that open pages find it again. */
  async start() {
    const environment = Object.fromEntries(INHERITED.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
    const log = openSync(join(this.#root, 'server.log'), 'a');
    const child = spawn(join(this.#programs, 'switchyard-server'), ['serve'], {
      env: { ...environment, PATH: `${this.bin}:${environment.PATH}`, HOME: this.home, SWITCHYARD_DATA_DIR: this.data, PORT: String(this.#port), SWITCHYARD_LOG: 'info', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    this.#child = child;
    let printed = '';
    child.stdout.on('data', (text) => (printed += text));
    child.once('error', (error) => (printed += error.message));
    await until(
      `the server prints its address\n${this.logTail()}`,
      () => {
        if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}\n${this.logTail()}`);
        return /http:\/\/\S+#code=\S+/.test(printed);
      },
      START_PATIENCE_MS,
    );
    /** Signs one browser in, once. */
    this.address = /http:\/\/\S+#code=\S+/.exec(printed)[0];
    this.url = new URL(this.address).origin;
    this.#port = Number(new URL(this.address).port);
    this.api = new Api(this.url, readFileSync(join(this.data, 'token'), 'utf8').trim());
    return this;
  }

  /** A crash: nothing is written or told any more. Agents and their runner go on. */
  async kill9() {
    await this.#end('SIGKILL');
  }

  /** While the server is away, lets time pass for a row of its database. */
  letPass(table, column, row, seconds) {
    execFileSync(join(this.#programs, 'switchyard-let-pass'), [join(this.data, 'switchyard.db'), table, column, row, String(seconds)]);
  }

  async stop() {
    if (this.#child) await this.#end('SIGTERM');
    // A runner of a server that crashed has nobody left to end it.
    for (const pid of processesThatMention(this.#root)) process.kill(pid, 'SIGKILL');
  }

  /** A fresh address: the first was used up by the first browser. */
  async freshAddress() {
    const { code } = await this.api.post('/auth/codes');
    return `${this.url}/#code=${code}`;
  }

  logTail() {
    try {
      return readFileSync(join(this.#root, 'server.log'), 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
    } catch {
      return '(no log)';
    }
  }

  async #end(signal) {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const late = setTimeout(() => child.kill('SIGKILL'), END_PATIENCE_MS);
    child.kill(signal);
    await ended;
    clearTimeout(late);
  }
}

/** Processes with the folder in their command line: only ours can have it, for its name is random. */
function processesThatMention(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}
