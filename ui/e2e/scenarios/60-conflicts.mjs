import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { becomes, gone, shown, until } from '../expect.mjs';
import { hasColumn, notifications, openTask } from '../steps/board.mjs';
import { conversation, merge, say, sessionBecomes, startAgent, workspaceMenu } from '../steps/workspace.mjs';

export const title = 'Conflicts, discarding, restoring';

/** Writes its line; asked about conflicts, it keeps both sides and finishes the merge. */
const COMMAND = `case "$SWITCHYARD_PROMPT" in *conflicts*) printf 'Good morning from the quay\\nand from the ship\\n' > greeting.txt && git add greeting.txt && git commit --no-edit ;; *) printf 'Good morning from the ship\\n' > greeting.txt ;; esac; echo finished`;

export default async function conflicts({ scenario, instance: start, browser, small }) {
  const instance = await start();
  const repository = small(instance, 'port', { 'greeting.txt': 'Good morning\n' });
  const project = await instance.api.project('Port', repository.path);
  await instance.api.task(project.id, { title: 'Greet from the ship' });
  await instance.api.task(project.id, { title: 'Draft a letter' });
  const window = await browser.window(instance);
  const page = await window.open(`/projects/${project.id}`);
  const panel = page.getByRole('alert', { name: 'Merge conflicts' });

  await scenario('a merge that does not go through says which files conflict, and changes nothing', async () => {
    await openTask(page, 'Greet from the ship');
    await startAgent(page, { kind: 'command', command: COMMAND });
    await sessionBecomes(page, 'Completed');
    repository.commit('Greet from the quay', { 'greeting.txt': 'Good morning from the quay\n' });
    const head = repository.git('rev-parse', 'main');
    window.expectRefusals(409);
    await merge(page, 'Squash');
    await shown(panel.getByText('greeting.txt'));
    assert.equal(repository.git('rev-parse', 'main'), head);
    assert.equal(repository.git('status', '--porcelain'), '');
  });

  await scenario('the agent resolves them, and then the merge goes through', async () => {
    await panel.getByRole('button', { name: 'Let the agent resolve' }).click();
    await shown(notifications(page).getByText('The agent was asked to resolve the conflicts'));
    await until('the agent is at work', async () => (await conversation(page).getByText('finished').count()) >= 2, 30_000);
    await sessionBecomes(page, 'Completed');
    await gone(panel);
    const dialog = await merge(page, 'Merge commit');
    await gone(dialog, 30_000);
    await shown(notifications(page).getByText(/^Merged into main as /));
    assert.equal(repository.read('greeting.txt'), 'Good morning from the quay\nand from the ship\n');
    await becomes(() => instance.api.all(`/projects/${project.id}/tasks?status=done`).then((tasks) => tasks.map(({ title: each }) => each)), ['Greet from the ship']);
  });

  await scenario('a discarded workspace comes back by Undo and from the trash, with its uncommitted file', async () => {
    await page.goto(`${instance.url}/projects/${project.id}`);
    await hasColumn(page, 'To do', ['Draft a letter']);
    await openTask(page, 'Draft a letter');
    const id = await startAgent(page, { kind: 'command', command: "printf 'Dear captain' > letter.txt; echo finished" });
    await sessionBecomes(page, 'Completed');
    const workspace = await instance.api.get(`/workspaces/${id}`);
    const letter = join(workspace.repos[0].path, 'letter.txt');
    assert.equal(readFileSync(letter, 'utf8'), 'Dear captain');

    // The page may be asking for the changes at the very moment.
    window.expectRefusals(409);
    await workspaceMenu(page, 'Discard');
    const discarded = notifications(page).getByRole('status').filter({ hasText: 'was moved to the trash' });
    await discarded.getByRole('button', { name: 'Undo' }).click();
    await shown(notifications(page).getByText(`${workspace.branch} was restored`));
    await becomes(() => existsSync(letter) && readFileSync(letter, 'utf8'), 'Dear captain');

    await shown(page.getByRole('complementary'));
    await page.getByRole('link', { name: new RegExp(workspace.branch) }).click();
    await workspaceMenu(page, 'Discard');
    await shown(discarded);
    await becomes(() => existsSync(letter), false);
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByRole('listitem').filter({ hasText: workspace.branch }).getByRole('button', { name: 'Restore' }).click();
    await shown(page.getByText('No workspace was discarded.'));
    await becomes(() => existsSync(letter) && readFileSync(letter, 'utf8'), 'Dear captain');
    await page.goto(`${instance.url}/projects/${project.id}/tasks/${workspace.task_id}/workspaces/${id}`);
    await say(page, 'go on');
    await sessionBecomes(page, 'Completed');
  });
}
