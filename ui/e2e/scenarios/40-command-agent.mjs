import assert from 'node:assert/strict';
import { becomes, gone, shown } from '../expect.mjs';
import { hasColumn, notifications, openTask, quickAdd } from '../steps/board.mjs';
import { createProject } from '../steps/projects.mjs';
import { changes, commentOn, conversation, merge, sessionBecomes, showPart, startAgent, transcript } from '../steps/workspace.mjs';

export const title = 'A command as agent, from the task to the merged commit in this very repository';

const FILE = 'docs/releasing.md';
const COMMENT = 'Say who signs the tag.';
/** Says its prompt with a mark before each line, so that it is told apart from the message that brought it. */
const COMMAND = `echo 'reading the task'; sleep 1.5; sed 's/^/heard: /'; mkdir -p docs; printf '# Releasing\\n\\n1. Tag the commit\\n2. Build\\n' > ${FILE}; printf '\\033[32mwritten\\033[0m\\n'`;

export default async function commandAgent({ scenario, instance: start, browser, clone }) {
  const instance = await start();
  const repository = clone(instance);
  const before = repository.git('rev-parse', 'main');
  const page = await (await browser.window(instance)).open();
  let workspaceId;

  await scenario('a project is made of this repository, and a task is written', async () => {
    await page.getByRole('button', { name: 'Create your first project' }).click();
    await createProject(page, { path: repository.path, name: 'Switchyard' });
    await quickAdd(page, 'To do', 'Write down how to release');
  });

  await scenario('a command is started on the task; its output is there as it is printed, and its exit ends the session', async () => {
    await openTask(page, 'Write down how to release');
    workspaceId = await startAgent(page, { kind: 'command', command: COMMAND });
    await shown(transcript(page).getByText('reading the task'), 30_000);
    await shown(conversation(page).getByText('Running', { exact: true }));
    assert.equal(await transcript(page).getByText('heard: ').count(), 0);
    await shown(transcript(page).getByText('heard: Write down how to release'));
    await sessionBecomes(page, 'Completed');
    await shown(transcript(page).getByText('written'));
    assert.doesNotMatch(await transcript(page).innerText(), /\u001b|\[32m/);
  });

  await scenario('it worked in a worktree on a branch of its own', async () => {
    const workspace = await instance.api.get(`/workspaces/${workspaceId}`);
    assert.match(workspace.branch, /^sy\/.+write-down-how-to-release/);
    assert.ok(repository.git('worktree', 'list').includes(workspace.repos[0].path));
    assert.equal(repository.git('rev-parse', 'main'), before);
    assert.equal(repository.git('status', '--porcelain'), '');
  });

  await scenario('the changes show the new file, unified and split', async () => {
    await showPart(page, 'Changes');
    await shown(changes(page).getByText('releasing.md'));
    await shown(changes(page).getByText('1. Tag the commit'));
    await changes(page).getByRole('radio', { name: 'Split' }).click();
    await shown(changes(page).getByText('1. Tag the commit'));
    await changes(page).getByRole('radio', { name: 'Unified' }).click();
  });

  await scenario('a comment on a line is sent to the agent, which runs again with it', async () => {
    await commentOn(page, '1. Tag the commit', COMMENT);
    await changes(page).getByRole('button', { name: 'Send 1 comment…' }).click();
    await page.getByRole('dialog', { name: 'Send the comments' }).getByRole('button', { name: /^Send to/ }).click();
    await shown(notifications(page).getByText(/^1 comment sent to/));
    await shown(transcript(page).getByText(new RegExp(`heard: .*${COMMENT}`)), 30_000);
    await sessionBecomes(page, 'Completed');
    await shown(changes(page).getByRole('article').filter({ hasText: COMMENT }).getByText('sent', { exact: true }));
  });

  await scenario('the work is squashed into the base branch: git log of this repository has the commit, and the task is done', async () => {
    const dialog = await merge(page, 'Squash');
    await gone(dialog, 30_000);
    await shown(notifications(page).getByText(/^Merged into main as /));
    assert.equal(repository.git('log', '-1', '--format=%s', 'main'), 'Write down how to release');
    assert.equal(repository.git('log', '--format=%h', `${before}..main`).split('\n').length, 1);
    assert.deepEqual(repository.git('diff', '--name-only', before, 'main').split('\n'), [FILE]);
    assert.match(repository.read(FILE), /1\. Tag the commit/);
    assert.equal(repository.git('status', '--porcelain'), '');
    await page.getByRole('link', { name: 'Write down how to release' }).click();
    await becomes(async () => new URL(page.url()).pathname.includes('/workspaces/'), false);
    await hasColumn(page, 'Done', ['Write down how to release']);
  });
}
