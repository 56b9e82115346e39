import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gone, shown } from '../expect.mjs';
import { projectDialog } from '../steps/projects.mjs';

export const title = 'A runner that cannot start';

/** Says that it is older than what is needed. */
const OLD_GIT = '#!/bin/sh\necho "git version 2.39.5"\n';

export default async function runnerProblem({ scenario, prepare, browser, small }) {
  const instance = prepare();
  const git = join(instance.bin, 'git');
  mkdirSync(instance.bin, { recursive: true });
  writeFileSync(git, OLD_GIT);
  chmodSync(git, 0o755);
  await instance.start();
  small(instance, 'website');
  const window = await browser.window(instance);
  const problem = window.page.getByRole('alert').filter({ hasText: 'git 2.39 is too old' });
  let page;

  await scenario('each page says why, and what to do', async () => {
    window.expectRefusals(503);
    page = await window.open('/agents');
    await shown(problem.filter({ hasText: 'install git 2.40 or newer' }));
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await shown(page.getByRole('heading', { level: 1, name: 'Settings' }));
    await shown(problem);
  });

  await scenario('once that is done all goes on by itself', async () => {
    window.expectRefusals(503);
    rmSync(git);
    await gone(problem);
    await page.getByRole('button', { name: 'New project' }).click();
    await shown(projectDialog(page).getByRole('list', { name: 'Repositories found' }).getByRole('button', { name: /website/ }), 30_000);
  });
}
