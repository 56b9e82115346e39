import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertAccessible } from '../accessibility.mjs';
import { DESKTOP, PHONE } from '../browser.mjs';
import { becomes, gone, pause, shown, until } from '../expect.mjs';
import { overlapsIn } from '../layout.mjs';
import { enter, hasTabs, openTerminals, recordInput, screen, showsText, sizeSeen, terminals, terminalTabs, textOf, withoutWebgl } from '../steps/terminal.mjs';
import { composer, conversation, sessionBecomes, showPart } from '../steps/workspace.mjs';

export const title = 'Terminals of a workspace';

const CORPUS = join(import.meta.dirname, '../../src/features/terminals/screen/hostile/corpus.json');
/** Answers that a terminal may give without a person; the unit tests know each by name. */
const ALLOWED = /^(\x1b\[\?1;2c|\x1b\[>0;276;0c|\x1b\[0n|\x1b\[\??\d{1,4};\d{1,4}R|\x1b\[\??\d{1,4};[0-4]\$y|\x1b\[[IO]|\x1b\]1[01];rgb:[0-9a-f]{4}\/[0-9a-f]{4}\/[0-9a-f]{4}\x1b\\)$/;
const PROMPT = 'PS1=\'> \'; PROMPT_COMMAND=; clear';

const corpusBytes = () =>
  Buffer.concat(
    Object.values(JSON.parse(readFileSync(CORPUS, 'utf8')))
      .flat()
      .map((sequence) => [sequence].flat().map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join(''))
      .map((text) => Buffer.from(`${text}\x18`, 'latin1')),
  );

export default async function terminalParts({ scenario, instance: start, browser, small, scriptedAgent }) {
  const instance = await start();
  const repository = small(instance, 'bakery', { 'README.md': '# Bakery\n' });
  const project = await instance.api.project('Bakery', repository.path);
  const task = await instance.api.task(project.id, { title: 'Bake a cake' });
  const workspace = await instance.api.post(`/tasks/${task.id}/workspaces`, { agent: { id: 'acp', command: [scriptedAgent] }, prompt: '[[say Ready.]]' });
  const path = `/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}`;
  const first = await browser.window(instance);
  await withoutWebgl(first.page);
  const page = await first.open(path);
  const sent = recordInput(page);
  await sessionBecomes(page, 'Idle');
  const folder = (await instance.api.get(`/workspaces/${workspace.id}`)).repos[0].path;
  const open = () => instance.api.all(`/workspaces/${workspace.id}/terminals`);

  await scenario('the key opens the terminals with a shell in the workspace’s folder', async () => {
    await openTerminals(page);
    await enter(page, PROMPT);
    await enter(page, 'pwd; echo made > made.txt');
    await showsText(screen(page), folder);
    await becomes(() => readFileSync(join(folder, 'made.txt'), 'utf8'), 'made\n');
    await hasTabs(page, ['Terminal 1']);
  });

  await scenario('keys belong to the shell, but for those that are listed, and one leaves it', async () => {
    await enter(page, 'cat -v');
    for (const key of ['Control+k', 'Control+b', 'Alt+1', 'Enter']) await page.keyboard.press(key);
    await showsText(screen(page), '^K^B^[1');
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Control+Shift+ArrowUp');
    await until('the focus is outside', () => page.evaluate(() => document.activeElement?.closest('#terminals') === null));
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await shown(dialog.getByText('Split the terminal side by side'));
    await shown(dialog.getByText('Leave the terminal with the keyboard'));
    await page.keyboard.press('Escape');
    await gone(dialog);
    // A dialog gives the focus back a moment after it went.
    await until('the dialog has let go of the focus', () => page.evaluate(() => ['BODY', 'MAIN'].includes(document.activeElement?.tagName)));
    await pause(100);
    await page.keyboard.press('Control+Backquote');
    await enter(page, 'clear; echo back');
    await showsText(screen(page), /^back$/m);
  });

  await scenario('a tab is renamed by a double click, and others see it', async () => {
    await terminalTabs(page).first().dblclick();
    const field = terminals(page).getByRole('textbox', { name: 'Name of the terminal' });
    await field.fill('build');
    await field.press('Enter');
    await hasTabs(page, ['build']);
    await becomes(async () => (await open()).map(({ name }) => name), ['build']);
  });

  await scenario('a tab splits in two, and the keys go to the half in front', async () => {
    await screen(page).first().click();
    await page.keyboard.press('Control+Shift+E');
    await becomes(() => screen(page).count(), 2);
    await showsText(screen(page, 'Terminal 1'), /[$#%>] ?$/m);
    await enter(page, 'echo right-half');
    await showsText(screen(page, 'Terminal 1'), /^right-half$/m);
    assert.doesNotMatch(await textOf(screen(page, 'build')), /right-half/);
    await page.keyboard.press('Control+Shift+ArrowDown');
    await enter(page, 'echo left-half');
    await showsText(screen(page, 'build'), /^left-half$/m);
    await page.keyboard.press('Control+Shift+ArrowDown');
    await page.keyboard.press('Control+Shift+X');
    await becomes(() => screen(page).count(), 1);
    await becomes(async () => (await open()).length, 1);
    await screen(page).click();
  });

  await scenario('two windows show the same, and the one with the focus decides the size', async () => {
    await enter(page, PROMPT);
    const mine = await sizeSeen(page, screen(page));
    const other = await first.another();
    await other.setViewportSize({ width: 1000, height: 700 });
    await other.goto(page.url());
    await shown(screen(other));
    await showsText(screen(other), new RegExp(`${mine.rows} ${mine.cols}`));
    await screen(other).click();
    const theirs = await sizeSeen(other, screen(other));
    assert.ok(theirs.cols < mine.cols, `${theirs.cols} of ${mine.cols}`);
    await shown(page.getByRole('button', { name: `Sized by another window (${theirs.cols} × ${theirs.rows})` }));
    await screen(page).click();
    assert.deepEqual(await sizeSeen(page, screen(page)), mine);
    await gone(page.getByRole('button', { name: /^Sized by another window/ }));
    await shown(other.getByRole('button', { name: /^Sized by another window/ }));
    await other.close();
  });

  await scenario('after a reload the output is there, and nothing was typed by it', async () => {
    await enter(page, 'clear; printf "\\033[6n\\033[c"; sleep 0.3; echo marked-$((40 + 2))');
    await showsText(screen(page), 'marked-42');
    const before = sent.input.length;
    await page.reload();
    await showsText(screen(page), 'marked-42');
    await pause(500);
    assert.deepEqual(sent.input.slice(before), []);
  });

  await scenario('a flood costs nobody the keyboard: Ctrl+C answers', async () => {
    await screen(page).click();
    await enter(page, PROMPT);
    await enter(page, 'yes flooding the terminal with words');
    await showsText(screen(page), 'flooding');
    await pause(1_500);
    const begun = Date.now();
    await page.keyboard.press('Control+c');
    await showsText(screen(page), /\^C\n> ?$/m, 5_000);
    return `answered after ${Date.now() - begun} ms`;
  });

  await scenario('a link shows where it leads; only Ctrl and a click open it, and never a script', async () => {
    await enter(page, 'clear; printf \'\\033]8;;https://example.org/real?a=1\\033\\\\https://bank.example\\033]8;;\\033\\\\ \\033]8;;javascript:alert(1)\\033\\\\script\\033]8;;\\033\\\\\\n\'');
    await showsText(screen(page), /^https:\/\/bank\.example script$/m);
    const box = await screen(page).locator('.xterm-screen').boundingBox();
    const cell = await screen(page).locator('.xterm-rows > div').first().evaluate((row) => row.getBoundingClientRect().height);
    const at = async (column) => {
      await page.mouse.move(box.x + 700, box.y + box.height - 5);
      await page.mouse.move(box.x + column, box.y + cell / 2, { steps: 4 });
    };
    await at(40);
    await shown(page.getByRole('tooltip').getByText('https://example.org/real?a=1'));
    await page.mouse.down();
    await page.mouse.up();
    await at(185);
    await shown(page.getByRole('tooltip').getByText('Not opened from a terminal'));
    await page.keyboard.down('Control');
    await page.mouse.down();
    await page.mouse.up();
    await page.keyboard.up('Control');
    await shown(page.getByText(/The link was not opened/));
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });

  await scenario('several lines are asked about where the shell runs them at once, else pasted as one', async () => {
    await screen(page).click();
    await enter(page, `${PROMPT}; cat > pasted.txt`);
    // Until the shell has run the line, it takes a paste as one piece.
    await becomes(() => textOf(screen(page)), '');
    await page.evaluate(() => navigator.clipboard.writeText('one\ntwo\u001b[201~\n'));
    await page.keyboard.press('Control+Shift+V');
    const question = page.getByRole('alertdialog', { name: 'Paste 2 lines that run at once?' });
    await shown(question);
    await question.getByRole('button', { name: 'Paste' }).click();
    await page.keyboard.press('Control+d');
    await becomes(() => readFileSync(join(folder, 'pasted.txt'), 'utf8'), 'one\ntwo[201~\n');
  });

  await scenario('what has scrolled away is found', async () => {
    await enter(page, 'clear; seq 1 500');
    await showsText(screen(page), /^500$/m);
    await page.keyboard.press('Control+Shift+F');
    await page.getByRole('textbox', { name: 'Find in the terminal' }).fill('123');
    await shown(terminals(page).getByRole('status').filter({ hasText: '1 of 1' }));
    await showsText(screen(page), /^123$/m);
    await page.keyboard.press('Escape');
    await enter(page, 'echo typed-again');
    await showsText(screen(page), /^typed-again$/m);
  });

  await scenario('hostile output makes the page send nothing but the fixed answers', async () => {
    const corpus = corpusBytes();
    writeFileSync(join(folder, 'hostile.bin'), corpus);
    await enter(page, 'clear; cat hostile.bin > /dev/null; stty -echo raw; sleep 0.2; cat hostile.bin; sleep 2; stty sane; printf "\\033c\\033]104\\a\\033]110\\a\\033]111\\a\\033]112\\a"; echo done-$((6 * 7))');
    const before = sent.input.length;
    await until('the corpus is through', async () => /done-42/.test(await textOf(screen(page))), 30_000);
    const replies = sent.input.slice(before);
    assert.deepEqual(replies.filter((input) => !ALLOWED.test(input)), []);
    assert.ok(replies.length > 0, 'the page answered nothing at all');
    await page.keyboard.press('Control+c');
    return `${replies.length} answers to ${corpus.length} bytes`;
  });

  await scenario('while the server is away the page says so, sends nothing, and goes on afterwards', async () => {
    first.expectOutage();
    first.expectRefusals(401);
    await page.reload();
    await screen(page).click();
    await enter(page, 'clear; echo before');
    await showsText(screen(page), /^before$/m);
    await instance.kill9();
    await shown(terminals(page).getByText('Reconnecting…'));
    await page.keyboard.type('lost');
    await shown(terminals(page).getByText('What you typed was not sent.', { exact: false }));
    await instance.start();
    await page.goto(await instance.freshAddress());
    await page.waitForFunction(() => location.hash === '');
    await page.goto(instance.url + path);
    await showsText(screen(page), /^before$/m, 30_000);
    await screen(page).click();
    await enter(page, 'echo after');
    const seen = await showsText(screen(page), /^after$/m);
    assert.doesNotMatch(seen, /lost/);
  });

  await scenario('an ended shell says so, and is restarted in its place', async () => {
    await enter(page, 'exit 3');
    await shown(terminals(page).getByText('The shell ended (exit code 3).'));
    await terminals(page).getByRole('button', { name: 'Restart' }).click();
    await gone(terminals(page).getByText('The shell ended (exit code 3).'));
    await hasTabs(page, ['build']);
    await showsText(screen(page), /[$#%>] ?$/m);
    // Shells draw a prompt that is longer than a phone's screen over lines above it when the screen becomes narrow.
    await enter(page, "PS1='$ '");
    await enter(page, 'echo anew');
    await showsText(screen(page), /^anew$/m);
  });

  await scenario('the dock hides and comes back with its shells, and takes the whole page', async () => {
    await page.keyboard.press('Control+Backquote');
    await gone(terminals(page));
    await page.keyboard.press('Control+Backquote');
    await showsText(screen(page), /^anew$/m);
    await page.keyboard.press('Control+Shift+M');
    await gone(composer(page).locator('visible=true').and(page.locator(':not([inert] *)')));
    const tall = await terminals(page).boundingBox();
    assert.ok(tall.height > DESKTOP.height * 0.8, `${tall.height} px`);
    await page.keyboard.press('Control+Shift+M');
    await shown(conversation(page));
  });

  await scenario('the bars hold together at any width, and axe finds no grave fault', async () => {
    for (const width of [900, 1100, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await overlapsIn(terminals(page).locator(':scope > div').first()), [], `${width} px wide`);
    }
    await page.setViewportSize(DESKTOP);
    await page.keyboard.press('Control+Shift+F');
    await assertAccessible(page);
    await page.keyboard.press('Escape');
  });

  await scenario('on a phone it is a tab, with the keys that its keyboard lacks', async () => {
    const window = await browser.window(instance, { size: PHONE });
    await withoutWebgl(window.page);
    const phone = await window.open(path);
    await showPart(phone, 'Terminal');
    await showsText(screen(phone), /^anew$/m);
    await screen(phone).tap();
    await enter(phone, 'cat');
    await enter(phone, 'phone-line');
    await showsText(screen(phone), /phone-line\nphone-line/);
    await phone.getByRole('toolbar', { name: 'Keys' }).getByRole('button', { name: 'Ctrl' }).tap();
    await phone.keyboard.type('c');
    await showsText(screen(phone), /\^C/);
    await phone.getByRole('toolbar', { name: 'Keys' }).getByRole('button', { name: 'Up', exact: true }).tap();
    await showsText(screen(phone), /cat$/m);
    assert.deepEqual(await overlapsIn(terminals(phone).locator(':scope > div').first()), []);
    await assertAccessible(phone);
  });

  await scenario('a terminal drawn by the graphics card goes on without it', async () => {
    const window = await browser.window(instance);
    const drawn = await window.open(path);
    await sessionBecomes(drawn, 'Idle');
    await drawn.keyboard.press('Control+Backquote');
    await shown(screen(drawn));
    const canvas = screen(drawn).locator('.xterm-screen > canvas:not(.xterm-link-layer)');
    await becomes(() => canvas.count(), 1);
    assert.equal(await textOf(screen(drawn)), '', 'elements are drawn although there is WebGL');
    await screen(drawn).click();
    await enter(drawn, 'clear; echo by-the-card');
    await showsText(screen(page), /^by-the-card$/m);

    await canvas.evaluate((element) => element.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext());
    await enter(drawn, 'echo without-it');
    await showsText(screen(drawn), /^by-the-card$[^]*^without-it$/m);
    assert.equal(await canvas.count(), 0);
    await window.close();
  });

  await scenario('the last one closed leaves a way to open the next', async () => {
    await terminalTabs(page).first().click({ button: 'middle' });
    await shown(terminals(page).getByText('No terminal yet'));
    await becomes(async () => (await open()).length, 0);
    await assertAccessible(page);
    await terminals(page).getByRole('button', { name: /^Open a terminal/ }).click();
    await showsText(screen(page), /[$#%>] ?$/m);
  });

  await scenario('the settings hold for this browser at once', async () => {
    const settings = await first.another();
    await settings.goto(`${instance.url}/settings`);
    const field = settings.getByLabel('Size of the letters');
    await field.fill('18');
    await field.blur();
    assert.equal(await settings.getByRole('switch', { name: /Programs may write to the clipboard/ }).isChecked(), false);
    await settings.close();
    await page.reload();
    await shown(screen(page));
    await becomes(() => screen(page).locator('.xterm-rows').evaluate((rows) => getComputedStyle(rows).fontSize), '18px');
  });
}
