import assert from 'node:assert/strict';
import { assertAccessible } from '../accessibility.mjs';
import { gone, shown } from '../expect.mjs';
import { register } from '../steps/people.mjs';
import { projectDialog } from '../steps/projects.mjs';

export const title = 'Repositories by address, for many people';
/** Needs a server where people sign in, and in SWITCHYARD_GIT the address of a repository that wants a token. */
export const hosted = true;

const LIN = { name: 'Lin Clark', username: 'lin.c', password: 'cartoons of compilers' };
const { SWITCHYARD_GIT: REMOTE, SWITCHYARD_GIT_TOKEN: TOKEN } = process.env;

export default async function repositories({ scenario, hosted: server, browser }) {
  const window = await browser.window(server);
  const { page } = window;
  const dialog = projectDialog(page);

  await scenario('a repository is added by its address alone, and a private one asks for a token', async () => {
    window.expectRefusals(401);
    await page.goto(`${server.url}/sign-in`);
    await page.getByRole('link', { name: 'Create an account' }).click();
    await register(page, LIN);
    await page.getByRole('button', { name: 'Create your first project' }).click();
    assert.equal(await dialog.getByRole('radio', { name: 'On this machine' }).count(), 0);
    await dialog.getByLabel('Address').fill(REMOTE);
    await dialog.getByRole('button', { name: 'Create project' }).click();
    await gone(dialog);
    await shown(page.getByRole('heading', { level: 1, name: 'project' }));
    await page.goto(`${page.url()}/settings`);
    await shown(page.getByText('Add a token for'));
    await assertAccessible(page);
  });

  await scenario('with a token, its progress is shown until it is there', async () => {
    const settings = page.url();
    await page.getByRole('link', { name: 'To the settings' }).click();
    const host = new URL(REMOTE).host;
    await page.getByLabel('Host', { exact: true }).fill(host);
    await page.getByLabel('Token', { exact: true }).fill(TOKEN);
    await page.getByRole('button', { name: 'Add token' }).click();
    await shown(page.getByRole('list', { name: 'Git remotes' }).getByText(host));
    await assertAccessible(page);
    await page.goto(settings);
    await page.getByRole('button', { name: 'Try again' }).click();
    const bar = page.getByRole('progressbar', { name: /^Cloning / });
    await shown(bar);
    await gone(bar);
    await shown(page.getByText('main', { exact: true }));
    assert.ok(!(await page.content()).includes(TOKEN));
  });
}
