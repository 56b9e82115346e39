import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { becomes, gone, shown } from '../expect.mjs';
import { projectDialog } from '../steps/projects.mjs';

export const title = 'First run';

export default async function firstRun({ scenario, instance: start, browser, clone, small }) {
  const instance = await start();
  const repository = clone(instance);
  mkdirSync(join(instance.home, 'notes'));
  small(instance, 'website');
  const window = await browser.window(instance);
  const page = await window.open();
  const dialog = projectDialog(page);

  await scenario('the empty page offers to create a project, and the dialog lists the repositories below the home folder', async () => {
    await page.getByRole('button', { name: 'Create your first project' }).click();
    const found = dialog.getByRole('list', { name: 'Repositories found' });
    await shown(found.getByRole('button', { name: /switchyard/ }));
    await shown(found.getByRole('button', { name: /website/ }));
  });

  await scenario('a folder that is no repository is refused at its field, with what to do', async () => {
    window.expectRefusals(400, 409, 422);
    const field = dialog.getByLabel('Repository', { exact: true });
    await field.fill(join(instance.home, 'notes'));
    await field.blur();
    await dialog.getByRole('button', { name: 'Create project' }).click();
    await shown(dialog.getByRole('alert').filter({ hasText: /repository/i }));
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await shown(dialog);
  });

  await scenario('a typed path is completed by keyboard, and the project opens on its board', async () => {
    const field = dialog.getByLabel('Repository', { exact: true });
    await field.fill('');
    await field.pressSequentially(`${instance.home}/co`);
    await shown(dialog.getByRole('option', { name: 'code' }));
    await field.press('Tab');
    await becomes(() => field.inputValue(), `${instance.home}/code/`);
    await shown(dialog.getByRole('option', { name: /switchyard/ }));
    await field.press('ArrowDown');
    await field.press('Enter');
    await becomes(() => field.inputValue(), repository.path);
    assert.equal(await dialog.getByLabel('Name', { exact: true }).getAttribute('placeholder'), 'switchyard');
    await field.press('Enter');
    await gone(dialog);
    await shown(page.getByRole('heading', { level: 1, name: 'switchyard' }));
    await shown(page.getByText('Write the first task'));
    const [project, ...others] = await instance.api.all('/projects');
    assert.deepEqual(others, []);
    const [repo] = await instance.api.all(`/projects/${project.id}/repos`);
    assert.equal(repo.path, repository.path);
    assert.equal(repo.default_branch, 'main');
  });

  await scenario('a second project is made from a repository picked from the list', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'New project' }).click();
    await dialog.getByRole('list', { name: 'Repositories found' }).getByRole('button', { name: /website/ }).click();
    await dialog.getByRole('button', { name: 'Create project' }).click();
    await shown(page.getByRole('heading', { level: 1, name: 'website' }));
    await shown(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'switchyard' }));
  });
}
