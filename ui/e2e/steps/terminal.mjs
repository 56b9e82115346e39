import { becomes, shown, until } from '../expect.mjs';

/** Has the terminals of a browser's windows drawn with elements, whose text can be read, as where there is no WebGL. */
export const withoutWebgl = (page) =>
  page.context().addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return kind === 'webgl2' ? null : getContext.call(this, kind, ...rest);
    };
  });

export const terminals = (page) => page.getByRole('region', { name: 'Terminals', exact: true });
export const terminalTabs = (page) => terminals(page).getByRole('tablist', { name: 'Terminals' }).getByRole('tab');
export const screen = (page, name) => terminals(page).getByRole('group', { name: name ? `Terminal: ${name}` : /^Terminal: / });

/** The text on a screen as it is drawn, without the blanks at the ends of its lines. */
export const textOf = (screenOf) =>
  screenOf.locator('.xterm-rows > div').evaluateAll((rows) => rows.map((row) => row.textContent.replace(/\u00a0/g, ' ').trimEnd()).join('\n').trimEnd());

export const showsText = (screenOf, text, timeout) =>
  until(`the terminal shows ${text}`, async () => {
    const seen = await textOf(screenOf);
    if (text instanceof RegExp ? text.test(seen) : seen.includes(text)) return seen;
    throw new Error(seen);
  }, timeout);

/** Opens the terminals with the key, and waits for the shell. */
export async function openTerminals(page) {
  await page.keyboard.press('Control+Backquote');
  await shown(screen(page));
  await showsText(screen(page).first(), /[$#%>] ?$/m);
}

/** Types into the terminal that has the focus or is about to get it, and presses Enter. */
export async function enter(page, line) {
  await until('a terminal has the focus', () => page.evaluate(() => document.activeElement?.classList.contains('xterm-helper-textarea')));
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

/** Columns and rows as the program in the terminal sees them. */
export async function sizeSeen(page, screenOf) {
  const mark = `size${Math.random().toString(36).slice(2, 8)}`;
  await enter(page, `echo ${mark} $(stty size)`);
  const seen = await showsText(screenOf, new RegExp(`^${mark} \\d+ \\d+$`, 'm'));
  const [, rows, cols] = new RegExp(`^${mark} (\\d+) (\\d+)$`, 'm').exec(seen);
  return { cols: Number(cols), rows: Number(rows) };
}

/** Keeps what a page sends to its terminals: bytes of input, and what it says beside. */
export function recordInput(page) {
  const sent = { input: [], frames: [] };
  page.on('websocket', (socket) => {
    if (!/\/terminals\/[^/]+\/attach/.test(socket.url())) return;
    socket.on('framesent', ({ payload }) => {
      if (typeof payload === 'string') sent.frames.push(JSON.parse(payload));
      else sent.input.push(Buffer.from(payload).toString('latin1'));
    });
  });
  return sent;
}

export const hasTabs = (page, names) => becomes(async () => (await terminalTabs(page).allInnerTexts()).map((text) => text.trim()), names);
