import assert from 'node:assert/strict';
import { DESKTOP, PHONE } from '../browser.mjs';
import { assertAccessible } from '../accessibility.mjs';
import { becomes, gone, shown, until } from '../expect.mjs';
import { overlapsIn } from '../layout.mjs';
import { screen, showsText, terminals, terminalTabs, hasTabs, withoutWebgl } from '../steps/terminal.mjs';
import { sessionBecomes, showPart } from '../steps/workspace.mjs';

export const title = 'The dev server of a workspace';

/** Serves a page on the port that it is given, until it is interrupted or asked for `/crash`. */
const SCRIPT = `echo "listening on http://localhost:$PORT/"
exec node -e 'require("http").createServer((q, a) => { a.end("Fresh bread"); if (q.url === "/crash") process.exit(7); }).listen(process.env.PORT)'`;

export default async function devServer({ scenario, instance: start, browser, small, scriptedAgent }) {
  const instance = await start();
  const repository = small(instance, 'bakery', { 'README.md': '# Bakery\n' });
  const project = await instance.api.project('Bakery', repository.path);
  const task = await instance.api.task(project.id, { title: 'Bake a cake' });
  const workspace = await instance.api.post(`/tasks/${task.id}/workspaces`, { agent: { id: 'acp', command: [scriptedAgent] }, prompt: '[[say Ready.]]' });
  const path = `/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}`;
  const first = await browser.window(instance);
  await withoutWebgl(first.page);
  const page = await first.open(path);
  await sessionBecomes(page, 'Idle');
  const open = () => instance.api.all(`/workspaces/${workspace.id}/terminals`);
  const button = (name) => page.getByRole('button', { name, exact: true });
  const address = async () => (await showsText(screen(page), /http:\/\/localhost:\d+\//)).match(/http:\/\/localhost:(\d+)\//);
  const answers = async (url) => {
    const answer = await fetch(url).catch(() => null);
    return answer && (await answer.text());
  };

  await scenario('without a script the button leads to the field where one is written', async () => {
    await button('Start the dev server').click();
    await page.waitForURL(/\/settings#dev-server$/);
    const field = page.getByRole('textbox', { name: 'Dev server' });
    await until('the field has the focus', () => field.evaluate((element) => element === document.activeElement));
    await shown(page.getByText('in a terminal of its own', { exact: false }));
    await field.fill(SCRIPT);
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(async () => (await instance.api.get(`/projects/${project.id}`)).settings.dev_server_script, SCRIPT);
    await page.goBack();
    await shown(button('Start the dev server'));
  });

  let port = '';
  await scenario('it starts in a terminal of its own, on a port that is the workspace’s', async () => {
    await button('Start the dev server').click();
    await hasTabs(page, ['Dev server']);
    const [url, told] = await address();
    port = told;
    await becomes(() => answers(url), 'Fresh bread');
    await shown(button('Show the dev server'));
    return `port ${port}`;
  });

  await scenario('a second start shows the one that runs, by key and from the palette', async () => {
    await page.keyboard.press('Control+Shift+Backquote');
    await hasTabs(page, ['Dev server', 'Terminal 1']);
    await until('the new one is in front', async () => (await terminalTabs(page).nth(1).getAttribute('aria-selected')) === 'true');
    await page.keyboard.press('Control+Shift+D');
    await until('the dev server is in front', async () => (await terminalTabs(page).nth(0).getAttribute('aria-selected')) === 'true');
    assert.equal((await open()).length, 2);
    await page.keyboard.press('Control+Shift+ArrowUp');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('dev server');
    await shown(page.getByRole('option', { name: /Restart the dev server/ }));
    await page.keyboard.press('Escape');
  });

  await scenario('it is restarted on the same port and in the same place', async () => {
    const [before] = (await open()).filter(({ kind }) => kind === 'dev_server');
    await terminalTabs(page).nth(0).click();
    await button('Restart the dev server').click();
    await until('another one runs', async () => (await open()).some(({ id, kind }) => kind === 'dev_server' && id !== before.id));
    await hasTabs(page, ['Dev server', 'Terminal 1']);
    const [url, again] = await address();
    assert.equal(again, port);
    await becomes(() => answers(url), 'Fresh bread');
  });

  await scenario('its end is told with the exit code, and it is started again in its place', async () => {
    await answers(`http://localhost:${port}/crash`);
    await shown(terminals(page).getByText('The dev server ended (exit code 7).'));
    await shown(button('Start the dev server'));
    await button('Start the dev server').click();
    await gone(terminals(page).getByText('The dev server ended', { exact: false }));
    await hasTabs(page, ['Dev server', 'Terminal 1']);
    await becomes(() => answers(`http://localhost:${port}/`), 'Fresh bread');
  });

  await scenario('Ctrl-C stops it, and nothing is left that answers', async () => {
    await screen(page, 'Dev server').click();
    await page.keyboard.press('Control+c');
    await shown(terminals(page).getByText('The dev server ended (exit code 130: interrupted).'));
    assert.equal(await answers(`http://localhost:${port}/`), null);
    await terminals(page).getByRole('button', { name: 'Restart', exact: true }).click();
    await becomes(() => answers(`http://localhost:${port}/`), 'Fresh bread');
  });

  await scenario('hidden terminals tell its end with a way to show it', async () => {
    await page.keyboard.press('Control+Backquote');
    if (await terminals(page).isVisible()) await page.keyboard.press('Control+Backquote');
    await gone(terminals(page));
    await answers(`http://localhost:${port}/crash`);
    const told = page.getByRole('region', { name: 'Notifications' });
    await shown(told.getByText('The dev server ended (exit code 7).'));
    await told.getByRole('button', { name: 'Show' }).click();
    await shown(terminals(page).getByText('The dev server ended (exit code 7).'));
  });

  await scenario('the bars hold together at any width, and axe finds no grave fault', async () => {
    for (const width of [900, 1100, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await overlapsIn(terminals(page).locator(':scope > div').first()), [], `${width} px wide`);
      assert.deepEqual(await overlapsIn(button('Start the dev server').locator('xpath=../..')), [], `${width} px wide`);
    }
    await page.setViewportSize(DESKTOP);
    await assertAccessible(page);
  });

  await scenario('on a phone it is started from the bar of the terminals, and ends with its tab', async () => {
    const window = await browser.window(instance, { size: PHONE });
    await withoutWebgl(window.page);
    const phone = await window.open(path);
    await showPart(phone, 'Terminal');
    await terminals(phone).getByRole('button', { name: 'Start the dev server', exact: true }).tap();
    await becomes(() => answers(`http://localhost:${port}/`), 'Fresh bread');
    await shown(terminals(phone).getByRole('button', { name: 'Restart the dev server' }));
    assert.deepEqual(await overlapsIn(terminals(phone).locator(':scope > div').first()), []);
    await assertAccessible(phone);
    await terminalTabs(phone).filter({ hasText: 'Dev server' }).focus();
    await phone.keyboard.press('Delete');
    await becomes(() => answers(`http://localhost:${port}/`), null);
    await becomes(async () => (await open()).filter(({ kind }) => kind === 'dev_server').length, 0);
  });
}
