import { assertAccessible, assertFocusIsVisible } from '../accessibility.mjs';
import { PHONE } from '../browser.mjs';
import { gone, shown } from '../expect.mjs';
import { card, panel } from '../steps/board.mjs';
import { changes, commentOn, sessionBecomes, showPart, transcript } from '../steps/workspace.mjs';

export const title = 'Accessibility: no grave violation that axe knows, in both themes';

const PROMPT = [
  '[[think First I look around.]] [[plan Look around|Write it down]] [[say Here is a **list**:\n\n- one\n- `two`\n\n```js\nconst three = 3; // and a comment\n```\n]]',
  '[[write src/lamp.js|export const lamp = "on"; // burns all night\nexport function dim(level) {\n  return `${level} %`;\n}\n]]',
  '[[shell printf "\\033[31mred\\033[0m \\033[32mgreen\\033[0m \\033[33myellow\\033[0m \\033[34mblue\\033[0m \\033[90mgrey\\033[0m"]] [[usage 1000|2000]] [[ask Light the lamp]] [[hang]]',
].join(' ');

export default async function accessibility({ scenario, instance: start, browser, small, scriptedAgent }) {
  const instance = await start();
  const repository = small(instance, 'tower', { 'README.md': '# Tower\n', 'src/lamp.js': 'export const lamp = "off";\n' });
  const project = await instance.api.project('Tower', repository.path);
  const task = await instance.api.task(project.id, { title: 'Light the lamp', description: '## Why\n\nShips come at *night*. See `lamp.js` and [the plan](https://example.org).', priority: 'urgent', labels: ['light', 'night'] });
  for (const [status, priority] of [['in_progress', 'high'], ['in_review', 'medium'], ['done', 'low'], ['cancelled', 'none']])
    await instance.api.task(project.id, { title: `A ${status} task`, status, priority, labels: ['night', 'stairs', 'glass', 'oil'] });
  const workspace = await instance.api.post(`/tasks/${task.id}/workspaces`, { agent: { id: 'acp', command: [scriptedAgent] }, prompt: PROMPT });
  const workspacePath = `/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}`;
  const page = await (await browser.window(instance)).open();

  const visit = async (path, ready) => {
    await page.goto(instance.url + path);
    await shown(ready());
  };

  await scenario('the board', async () => {
    await visit(`/projects/${project.id}`, () => card(page, 'Light the lamp'));
    await shown(page.getByText('Needs approval'));
    await assertAccessible(page);
    await assertFocusIsVisible(page, 15);
  });

  await scenario('the board as a list, with a selection', async () => {
    await visit(`/projects/${project.id}?view=list`, () => page.getByRole('link', { name: 'Light the lamp' }));
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await shown(page.getByRole('toolbar', { name: 'Selected tasks' }));
    await assertAccessible(page);
  });

  await scenario('a task, and the form that starts an agent', async () => {
    await visit(`/projects/${project.id}/tasks/${task.id}`, () => panel(page).getByRole('button', { name: 'Start agent' }));
    await panel(page).getByRole('button', { name: 'Start agent' }).click();
    await shown(page.getByRole('form', { name: 'Start an agent' }));
    await assertAccessible(page);
  });

  await scenario('a session that asks for permission', async () => {
    await visit(workspacePath, () => transcript(page).getByText('Here is a list:'));
    await sessionBecomes(page, 'Needs approval');
    await transcript(page).getByRole('button', { name: /^Thought/ }).click();
    await transcript(page).getByRole('button', { name: /^printf/ }).click();
    await assertAccessible(page);
    await assertFocusIsVisible(page, 15);
  });

  await scenario('a review with a comment, unified and split', async () => {
    await showPart(page, 'Changes');
    await commentOn(page, 'export function dim', 'Say what the unit is.');
    await assertAccessible(page);
    await changes(page).getByRole('radio', { name: 'Split' }).click();
    await assertAccessible(page);
    await changes(page).getByRole('radio', { name: 'Unified' }).click();
  });

  await scenario('files and checkpoints', async () => {
    await showPart(page, 'Files');
    await shown(page.getByRole('button', { name: /^README\.md/ }));
    await assertAccessible(page);
    await showPart(page, 'Checkpoints');
    await shown(page.getByRole('heading', { name: 'Checkpoints' }));
    await assertAccessible(page);
  });

  await scenario('the inbox of approvals', async () => {
    await visit('/approvals', () => page.getByRole('group', { name: 'Answer: Light the lamp' }));
    await assertAccessible(page);
  });

  await scenario('settings, project settings, agents, trash', async () => {
    await visit('/settings', () => page.getByLabel('Branch prefix'));
    await assertAccessible(page);
    await assertFocusIsVisible(page, 15);
    await visit(`/projects/${project.id}/settings`, () => page.getByLabel('Branch prefix'));
    await assertAccessible(page);
    await visit('/agents', () => page.getByRole('heading', { name: 'Not installed' }));
    await assertAccessible(page);
    await visit(`/projects/${project.id}/trash`, () => page.getByText('No deleted tasks.'));
    await assertAccessible(page);
  });

  await scenario('dialogs: new project, palette, shortcuts', async () => {
    await page.getByRole('button', { name: 'New project' }).click();
    await shown(page.getByRole('list', { name: 'Repositories found' }));
    await assertAccessible(page);
    await page.keyboard.press('Escape');
    await gone(page.getByRole('dialog'));
    await page.keyboard.press('Control+k');
    await shown(page.getByRole('combobox', { name: /Type a command/ }));
    await assertAccessible(page);
    await page.keyboard.press('Escape');
    await gone(page.getByRole('dialog'));
    await page.keyboard.press('?');
    await shown(page.getByRole('dialog', { name: 'Keyboard shortcuts' }));
    await assertAccessible(page);
  });

  await scenario('board and session on a phone', async () => {
    const phone = await (await browser.window(instance, { size: PHONE })).open(`/projects/${project.id}`);
    await shown(card(phone, 'Light the lamp'));
    await assertAccessible(phone);
    await phone.goto(instance.url + workspacePath);
    await shown(transcript(phone).getByText('Here is a list:'));
    await assertAccessible(phone);
  });
}
