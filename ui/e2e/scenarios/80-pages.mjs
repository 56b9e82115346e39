import assert from 'node:assert/strict';
import { PHONE } from '../browser.mjs';
import { becomes, gone, shown } from '../expect.mjs';
import { card, panel } from '../steps/board.mjs';

export const title = 'Settings, agents, shortcuts, phone';

export default async function pages({ scenario, instance: start, browser, small }) {
  const instance = await start();
  const repository = small(instance, 'lighthouse');
  const project = await instance.api.project('Lighthouse', repository.path);
  await instance.api.task(project.id, { title: 'Polish the lens', priority: 'high', labels: ['optics'] });
  const window = await browser.window(instance);
  const page = await window.open('/settings');
  const config = () => instance.api.get('/config');

  await scenario('settings are saved as one, kept over a reload, and a bad value is refused at its field', async () => {
    await page.getByRole('radiogroup', { name: 'Theme' }).getByRole('radio', { name: 'Dark' }).click();
    await becomes(() => page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await page.getByLabel('Name', { exact: true }).fill('Robin Keeper');
    await page.getByLabel('E-mail').fill('robin@example.org');
    await page.getByLabel('Branch prefix').fill('light');
    await page.getByRole('switch', { name: 'Play a sound' }).click();
    await page.getByLabel('Editor', { exact: true }).selectOption('Zed');
    await page.getByLabel('Days to keep').fill('7');
    await page.getByRole('button', { name: 'Save' }).click();
    await gone(page.getByRole('button', { name: 'Save' }));
    const saved = await config();
    assert.deepEqual([saved.editor, saved.trash_retention_days], ['zed://file{path}:{line}', 7]);
    assert.deepEqual([saved.theme, saved.git_author, saved.branch_prefix], ['dark', { name: 'Robin Keeper', email: 'robin@example.org' }, 'light']);
    await page.reload();
    await becomes(() => page.getByLabel('Branch prefix').inputValue(), 'light');
    await becomes(() => page.evaluate(() => document.documentElement.dataset.theme), 'dark');

    window.expectRefusals(400, 422);
    await page.getByLabel('Branch prefix').fill('no good..prefix');
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(() => page.getByLabel('Branch prefix').getAttribute('aria-invalid'), 'true');
    assert.equal((await config()).branch_prefix, 'light');
    await page.getByRole('button', { name: 'Discard' }).click();
    await becomes(() => page.getByLabel('Branch prefix').inputValue(), 'light');
  });

  await scenario('a credential is added, replaced and removed, and its value never comes back', async () => {
    const value = 'sk-canary-of-the-settings-page';
    const names = async () => (await instance.api.get('/credentials')).items.map((each) => each.name);
    await page.getByLabel('Variable').fill('anthropic key');
    await page.getByLabel('Value', { exact: true }).fill(value);
    window.expectRefusals(400, 422);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await becomes(() => page.getByLabel('Variable').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Variable').fill('ANTHROPIC_API_KEY');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await shown(page.getByRole('list', { name: 'Credentials' }).getByText('ANTHROPIC_API_KEY'));
    assert.deepEqual([await names(), await page.getByLabel('Value', { exact: true }).inputValue()], [['ANTHROPIC_API_KEY'], '']);
    await page.reload();
    await shown(page.getByText('No keychain answers on this computer'));
    assert.ok(!(await page.content()).includes(value));

    await page.getByRole('button', { name: 'Replace ANTHROPIC_API_KEY' }).click();
    await page.keyboard.type('another');
    await page.getByRole('button', { name: 'Replace', exact: true }).click();
    await becomes(() => page.getByLabel('Variable').inputValue(), '');
    await page.getByRole('button', { name: 'Remove ANTHROPIC_API_KEY' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await becomes(names, []);
    await shown(page.getByText('None yet.'));
  });

  await scenario('the theme is switched from the sidebar', async () => {
    await page.getByRole('button', { name: 'Use the light theme' }).click();
    await becomes(() => page.evaluate(() => document.documentElement.dataset.theme), 'light');
    await becomes(async () => (await config()).theme, 'light');
  });

  await scenario('project settings rename the project and hide a column', async () => {
    await page.goto(`${instance.url}/projects/${project.id}/settings`);
    await page.getByLabel('Name', { exact: true }).first().fill('North lighthouse');
    await page.getByLabel('Set-up', { exact: true }).fill('echo ready');
    await page.getByRole('switch', { name: 'Show “Cancelled”' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await gone(page.getByRole('button', { name: 'Save' }));
    await shown(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'North lighthouse' }));
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'North lighthouse' }).click();
    await shown(page.getByRole('list', { name: 'Done', exact: true }));
    assert.equal(await page.getByRole('list', { name: 'Cancelled', exact: true }).count(), 0);
    assert.equal((await instance.api.get(`/projects/${project.id}`)).settings.setup_script, 'echo ready');
  });

  await scenario('the agents page tells how to install what is missing, and copies the command', async () => {
    await page.getByRole('link', { name: 'Agents' }).click();
    await shown(page.getByRole('heading', { name: 'Not installed' }));
    const { items } = await instance.api.get('/agents');
    const missing = items.find((agent) => !agent.installed && agent.install_hint);
    await page.getByRole('button', { name: `Copy how to install ${missing.name}` }).click();
    await becomes(() => page.evaluate(() => navigator.clipboard.readText()), missing.install_hint);
  });

  await scenario('the question mark lists the shortcuts, and G then B goes to the board', async () => {
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await shown(dialog.getByText('Go to the board'));
    await page.keyboard.press('Escape');
    await gone(dialog);
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await shown(card(page, 'Polish the lens'));
  });

  await scenario('at phone width the navigation is a drawer, and a task takes the whole page', async () => {
    const phone = await (await browser.window(instance, { size: PHONE })).open(`/projects/${project.id}`);
    const navigation = phone.getByRole('navigation', { name: 'Main' });
    assert.equal(await navigation.count(), 0);
    await phone.getByRole('button', { name: 'Show or hide the navigation' }).click();
    await shown(navigation);
    await navigation.getByRole('link', { name: 'Settings', exact: true }).click();
    await gone(navigation);
    await shown(phone.getByRole('heading', { level: 1, name: 'Settings' }));
    await phone.goBack();
    await card(phone, 'Polish the lens').click();
    await shown(panel(phone));
    const box = await panel(phone).boundingBox();
    assert.equal(box.width, PHONE.width);
    const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(overflow, 0);
    await phone.getByRole('button', { name: 'Close (Esc)' }).click();
    await gone(panel(phone));
  });
}
