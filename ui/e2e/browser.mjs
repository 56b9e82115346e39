// One real Chromium; a window for each person, theme and size.
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  // Timers and frames go on in a window that another one covers.
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];
const ACTION_PATIENCE_MS = 15_000;

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Chromium says this about every answer of 400 and above; the page may well expect it. */
const REFUSED = /^Failed to load resource: the server responded with a status of (\d+)/;
const SOCKET_REFUSED = /WebSocket connection to .* Unexpected response code: (\d+)/;

export class Browser {
  #chromium;
  #contexts = new Set();

  static async launch(executablePath, { scrollBars = false } = {}) {
    const browser = new Browser();
    browser.#chromium = await chromium.launch({ executablePath, args: FLAGS, headless: true, ignoreDefaultArgs: scrollBars ? ['--hide-scrollbars'] : [] });
    return browser;
  }

  get version() {
    return this.#chromium.version();
  }

  /** A window with cookies of its own. It complains about whatever the page did wrong. */
  async window(instance, { theme = 'light', size = DESKTOP, options = {} } = {}) {
    const context = await this.#chromium.newContext({
      viewport: size,
      colorScheme: theme,
      reducedMotion: 'reduce',
      ...(size === PHONE ? { hasTouch: true, isMobile: true } : {}),
      ...options,
    });
    context.setDefaultTimeout(ACTION_PATIENCE_MS);
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: instance.url });
    const window = new Window(context, instance, await context.newPage());
    this.#contexts.add(window);
    return window;
  }

  /** What pages did wrong since the last call. */
  takeComplaints() {
    return [...this.#contexts].flatMap((window) => window.takeComplaints());
  }

  get pages() {
    return [...this.#contexts].map((window) => window.page);
  }

  async closeWindows() {
    await Promise.all([...this.#contexts].map((window) => window.close()));
    this.#contexts.clear();
  }

  async close() {
    await this.#chromium.close();
  }
}

class Window {
  #context;
  #instance;
  #complaints = [];
  #tolerated = [];

  constructor(context, instance, page) {
    this.#context = context;
    this.#instance = instance;
    this.page = page;
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && origin !== instance.url) this.#complain(`${request.isNavigationRequest() ? 'a page of another site: ' : 'a request went to '}${request.url()}`);
    });
    this.#listen(page);
  }

  #listen(page) {
    page.on('pageerror', (error) => this.#complain(`uncaught: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complain(`console: ${message.text()} (${message.location().url})`);
    });
  }

  #complain(text) {
    this.#complaints.push(text);
  }

  /** From here to the end of the scenario, answers with these statuses are part of the story. */
  expectRefusals(...statuses) {
    this.#tolerated.push((text) => statuses.includes(Number(REFUSED.exec(text)?.[1])));
    this.#tolerated.push((text) => statuses.includes(Number(SOCKET_REFUSED.exec(text)?.[1])));
    if (statuses.includes(401)) this.#tolerated.push((text) => /WebSocket connection to .* HTTP Authentication failed/.test(text));
  }

  /** From here to the end of the scenario the window itself, and no part of a page, may go to another site. */
  expectDepartures() {
    this.#tolerated.push((text) => /^a page of another site: /.test(text));
  }

  /** From here to the end of the scenario the server may be away. */
  expectOutage() {
    this.#tolerated.push((text) => /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|WebSocket connection to .* failed/.test(text));
  }

  takeComplaints() {
    const left = this.#complaints.filter((text) => !this.#tolerated.some((tolerates) => tolerates(text.replace(/^console: /, ''))));
    this.#complaints = [];
    this.#tolerated = [];
    return left;
  }

  /** One more page in the same browser, with the same cookies. */
  async another() {
    const page = await this.#context.newPage();
    this.#listen(page);
    return page;
  }

  /** Opens a page of the instance, signing in if this window is not yet. */
  async open(path = '/') {
    const cookies = await this.#context.cookies(this.#instance.url);
    if (cookies.length === 0) {
      await this.page.goto(await this.#instance.freshAddress());
      await this.page.waitForFunction(() => location.hash === '');
      await this.page.getByRole('main').waitFor();
    }
    await this.page.goto(this.#instance.url + path);
    return this.page;
  }

  cookies() {
    return this.#context.cookies(this.#instance.url);
  }

  async close() {
    await this.#context.close();
  }
}
