import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESKTOP, PHONE } from '../browser.mjs';
import { becomes, gone, shown } from '../expect.mjs';
import { overlapsIn } from '../layout.mjs';
import { notifications } from '../steps/board.mjs';
import { approvalBar, changes, conversation, say, sessionBecomes, showPart, transcript } from '../steps/workspace.mjs';

export const title = 'Changes, files and checkpoints of a workspace';

const NUMBERS = 30_000;

export default async function workspaceParts({ scenario, instance: start, browser, small, scriptedAgent }) {
  const instance = await start();
  const repository = small(instance, 'bakery', { 'README.md': '# Bakery\n', 'src/bread.js': 'export const bread = "rye";\n' });
  const project = await instance.api.project('Bakery', repository.path);
  const task = await instance.api.task(project.id, { title: 'Bake a cake' });
  const workspace = await instance.api.post(`/tasks/${task.id}/workspaces`, { agent: { id: 'acp', command: [scriptedAgent] }, prompt: '[[write src/cake.js|export const cake = "lemon";\n]]' });
  const page = await (await browser.window(instance)).open(`/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}?tab=changes`);
  const { repos } = await (async () => {
    await sessionBecomes(page, 'Idle');
    return instance.api.get(`/workspaces/${workspace.id}`);
  })();
  const folder = repos[0].path;
  const tree = changes(page).getByRole('tree', { name: 'Changed files' });

  await scenario('changes appear while the agent works, without a reload', async () => {
    await shown(changes(page).getByText('"lemon"'));
    await say(page, '[[edit src/bread.js|rye|spelt]] [[sleep 2500]] [[write src/icing.js|export const icing = "sugar";\n]] [[say Iced.]]');
    await shown(changes(page).getByText('"spelt"'), 2_400);
    await sessionBecomes(page, 'Running');
    assert.equal(await changes(page).getByText('"sugar"').count(), 0);
    await shown(changes(page).getByText('"sugar"'));
    await shown(tree.getByRole('treeitem', { name: /bread\.js/ }));
    await sessionBecomes(page, 'Idle');
  });

  await scenario('a file is marked as viewed, and loses the mark when it changes', async () => {
    await tree.getByRole('treeitem', { name: /cake\.js/ }).click();
    await page.keyboard.press('v');
    await shown(changes(page).getByText('1/3 viewed'));
    await say(page, '[[write src/cake.js|export const cake = "chocolate";\n]] [[say Changed.]]');
    await shown(changes(page).getByText('0/3 viewed'));
    await shown(tree.getByRole('treeitem', { name: /cake\.js.*\+1/ }));
  });

  await scenario('a huge file is loaded on request only, and a binary one is named', async () => {
    await say(page, `[[shell seq 1 ${NUMBERS} > numbers.txt]] [[shell head -c 100000 /dev/urandom > oven.bin]] [[say Both are there.]]`);
    await shown(transcript(page).getByText('Both are there.', { exact: true }));
    await tree.getByRole('treeitem', { name: /oven\.bin/ }).click();
    await shown(changes(page).getByText('A binary file.'));
    await tree.getByRole('treeitem', { name: /numbers\.txt/ }).click();
    await shown(changes(page).getByText('This file changed in many lines.'));
    await changes(page).getByRole('button', { name: 'Load this file' }).click();
    await gone(changes(page).getByText('This file changed in many lines.'));
    await shown(changes(page).getByText('17', { exact: true }));
    await say(page, '[[shell rm numbers.txt oven.bin]] [[say Gone again.]]');
    await gone(tree.getByRole('treeitem', { name: /numbers\.txt/ }));
  });

  await scenario('nothing in a bar lies over another, at any width of the split, of the window, and on a phone', async () => {
    await say(page, '[[plan Mix|Bake|Ice]] [[usage 123456|200000|12.34]] [[ask Light the oven]]');
    await sessionBecomes(page, 'Needs approval');
    const apart = async (where, on) => {
      const bars = { 'the head of the page': on.locator('header').first(), 'the bar of the session': conversation(on).locator(':scope > div').first(), 'the tool bar of the changes': changes(on).locator(':scope > div').first(), 'the head of a file': changes(on).locator('.border-y').first() };
      for (const [name, bar] of Object.entries(bars)) if ((await bar.count()) > 0) assert.deepEqual(await overlapsIn(bar), [], `${name}, ${where}`);
    };
    for (const width of [1280, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      for (const share of [0.2, 0.3, 0.42, 0.6, 0.8]) {
        await page.evaluate((value) => localStorage.setItem('switchyard.workspace-split', String(value)), share);
        await page.reload();
        await shown(approvalBar(page));
        await shown(tree.or(changes(page).getByText('cake.js')));
        await apart(`${width} px wide, split at ${share}`, page);
      }
    }
    await page.evaluate(() => localStorage.removeItem('switchyard.workspace-split'));
    await page.setViewportSize(DESKTOP);
    const phone = await (await browser.window(instance, { size: PHONE })).open(new URL(page.url()).pathname);
    await shown(approvalBar(phone));
    await apart('on a phone', phone);
    await showPart(phone, 'Changes');
    await shown(changes(phone).getByText('cake.js'));
    await apart('on a phone', phone);
    await approvalBar(page).getByRole('button', { name: 'Allow', exact: false }).first().click();
    await sessionBecomes(page, 'Idle');
  });

  await scenario('the files of the workspace are read', async () => {
    await showPart(page, 'Files');
    await page.getByRole('button', { name: /^src$/ }).click();
    await page.getByRole('button', { name: /^icing\.js/ }).click();
    await shown(page.getByText('"sugar"').last());
  });

  await scenario('a file opens in the editor of the settings, which is another program', async () => {
    assert.equal(await page.getByRole('link', { name: /^Open in/ }).count(), 0);
    const { version } = await instance.api.get('/config');
    await instance.api.patch('/config', version, { editor: 'zed://file{path}:{line}' });
    const link = page.getByRole('link', { name: 'Open in Zed' });
    await becomes(() => link.getAttribute('href'), `zed://file${join(folder, 'src/icing.js')}`);
    await page.getByRole('button', { name: 'More for this workspace' }).click();
    await shown(page.getByRole('menuitem', { name: 'Open in Zed' }));
    await page.keyboard.press('Escape');
  });

  await scenario('the files are rewound to a checkpoint, and the rewind is undone', async () => {
    const cake = join(folder, 'src/cake.js');
    const icing = join(folder, 'src/icing.js');
    assert.match(readFileSync(cake, 'utf8'), /chocolate/);
    await showPart(page, 'Checkpoints');
    const first = page.getByRole('listitem').filter({ hasText: 'End of turn 1' });
    await first.getByRole('button', { name: 'Rewind' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Rewind' }).click();
    const told = notifications(page).getByRole('status').filter({ hasText: 'Rewound.' });
    await shown(told);
    assert.match(readFileSync(cake, 'utf8'), /lemon/);
    assert.equal(existsSync(icing), false);
    await told.getByRole('button', { name: 'Undo' }).click();
    await becomes(() => existsSync(icing) && /chocolate/.test(readFileSync(cake, 'utf8')), true);
  });
}
