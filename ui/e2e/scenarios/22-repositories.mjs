import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { becomes, gone, shown } from '../expect.mjs';
import { serveGit } from '../gitServer.mjs';
import { projectDialog } from '../steps/projects.mjs';

export const title = 'Repositories by address, and new ones';

export default async function repositories({ scenario, instance: start, browser, small }) {
  const instance = await start();
  const source = small(instance, 'website');
  const served = join(instance.home, 'served');
  mkdirSync(served);
  execFileSync('git', ['clone', '--quiet', '--bare', source.path, join(served, 'website.git')]);
  const server = await serveGit(served);
  const window = await browser.window(instance);
  const page = await window.open();
  const dialog = projectDialog(page);

  await scenario('a project is made from an address, and its repository is cloned', async () => {
    await page.getByRole('button', { name: 'Create your first project' }).click();
    await dialog.getByRole('radio', { name: 'By address' }).click();
    await dialog.getByLabel('Address').fill(`${server.address}/website.git`);
    await dialog.getByRole('button', { name: 'Create project' }).click();
    await gone(dialog);
    await shown(page.getByRole('heading', { level: 1, name: 'website' }));
    const [project] = await instance.api.all('/projects');
    const repos = () => instance.api.all(`/projects/${project.id}/repos`);
    await becomes(async () => (await repos())[0].clone.status, 'ready');
    const [repo] = await repos();
    assert.equal(repo.default_branch, 'main');
    assert.ok(existsSync(join(repo.path, '.git')), repo.path);
  });

  await scenario('an address that holds a token, and one where nothing is, are told with what to do', async () => {
    window.expectRefusals(422);
    const [project] = await instance.api.all('/projects');
    await page.goto(`${instance.url}/projects/${project.id}/settings`);
    await page.getByRole('radio', { name: 'By address' }).click();
    await page.getByLabel('Address').fill('https://ghp_1@github.com/a/b');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await shown(page.getByRole('alert').filter({ hasText: 'keep the token under Settings' }));
    await page.getByLabel('Address').fill(`${server.address}/nowhere.git`);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await shown(page.getByText('has no repository at'));
    await shown(page.getByRole('button', { name: 'Try again' }));
  });

  await scenario('a repository begins anew in a folder that the person chooses', async () => {
    await page.getByRole('radio', { name: 'New', exact: true }).click();
    await page.getByLabel('Name of the repository').fill('idea');
    await page.getByRole('combobox', { name: 'Folder' }).fill(join(instance.home, 'ideas/idea'));
    await page.getByRole('combobox', { name: 'Folder' }).blur();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await shown(page.getByText(join(instance.home, 'ideas/idea')));
    assert.ok(existsSync(join(instance.home, 'ideas/idea/README.md')));
  });

  server.close();
}
