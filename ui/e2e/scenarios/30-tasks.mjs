import assert from 'node:assert/strict';
import { becomes, gone, shown } from '../expect.mjs';
import { card, drag, hasColumn, notifications, openTask, panel, quickAdd } from '../steps/board.mjs';

export const title = 'Tasks';

export default async function tasks({ scenario, instance: start, browser }) {
  const instance = await start();
  const project = await instance.api.project('Harbour');
  const window = await browser.window(instance);
  const page = await window.open(`/projects/${project.id}`);
  const stored = () => instance.api.all(`/projects/${project.id}/tasks`);

  await scenario('tasks are added one after the other, by button and by the C key', async () => {
    await quickAdd(page, 'To do', 'Paint the crane', 'Count the containers', 'Repair the quay');
    await hasColumn(page, 'To do', ['Paint the crane', 'Count the containers', 'Repair the quay']);
    await page.keyboard.press('c');
    await page.getByRole('textbox', { name: 'Title of the new task' }).fill('Light the beacon\nDredge the channel');
    await page.keyboard.press('Enter');
    await hasColumn(page, 'To do', ['Paint the crane', 'Count the containers', 'Repair the quay', 'Light the beacon', 'Dredge the channel']);
    await page.keyboard.press('Escape');
  });

  await scenario('a description is written in markdown, previewed, and shown formatted without any script in it', async () => {
    const task = await openTask(page, 'Paint the crane');
    await task.getByRole('button', { name: 'Add a description…' }).click();
    await task.getByRole('textbox', { name: 'Description, in markdown' }).fill('## Colours\n\n- **red** boom\n- grey base\n\n<img src=x onerror="document.title=\'broken\'"><script>document.title="broken"</script>');
    await task.getByRole('tab', { name: 'Preview' }).click();
    await shown(task.getByRole('heading', { name: 'Colours' }));
    await task.getByRole('button', { name: 'Save' }).click();
    const description = task.getByRole('region', { name: 'Description' });
    await shown(description.getByRole('listitem').filter({ hasText: 'red boom' }));
    assert.equal(await description.locator('script, img[onerror]').count(), 0);
    assert.doesNotMatch(await page.title(), /broken/);
  });

  await scenario('a title is edited in place, in the panel and on the card', async () => {
    const field = panel(page).getByRole('textbox', { name: 'Title' });
    await field.fill('Paint the big crane');
    await field.press('Enter');
    await shown(card(page, 'Paint the big crane'));
    await panel(page).getByRole('button', { name: 'Close (Esc)' }).click();
    await gone(panel(page));

    await card(page, 'Repair the quay').hover();
    await page.getByRole('button', { name: 'Edit the title of Repair the quay' }).click();
    const onCard = page.getByRole('textbox', { name: 'Title' });
    await onCard.fill('Repair the north quay');
    await onCard.press('Enter');
    await shown(card(page, 'Repair the north quay'));
    await becomes(async () => (await stored()).map(({ title: each }) => each).sort(), ['Count the containers', 'Dredge the channel', 'Light the beacon', 'Paint the big crane', 'Repair the north quay']);
  });

  await scenario('a card is moved by keyboard, across and within columns, and the move is undone', async () => {
    await card(page, 'Light the beacon').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await hasColumn(page, 'In progress', ['Light the beacon']);
    await shown(notifications(page).getByText('Moved “Light the beacon” to In progress'));
    await notifications(page).getByRole('button', { name: 'Undo' }).first().click();
    await hasColumn(page, 'To do', ['Paint the big crane', 'Count the containers', 'Repair the north quay', 'Light the beacon', 'Dredge the channel']);
    await card(page, 'Light the beacon').focus();
    await page.keyboard.press('Shift+ArrowUp');
    await hasColumn(page, 'To do', ['Paint the big crane', 'Count the containers', 'Light the beacon', 'Repair the north quay', 'Dredge the channel']);
  });

  await scenario('cards are dragged over the columns; their places survive a reload', async () => {
    await drag(page, 'Count the containers', 'In progress', 0);
    await hasColumn(page, 'In progress', ['Count the containers']);
    await drag(page, 'Dredge the channel', 'In progress', 0);
    await hasColumn(page, 'In progress', ['Dredge the channel', 'Count the containers']);
    await drag(page, 'Paint the big crane', 'In progress', 1);
    await hasColumn(page, 'In progress', ['Dredge the channel', 'Paint the big crane', 'Count the containers']);
    await drag(page, 'Repair the north quay', 'Done', 0);
    await hasColumn(page, 'Done', ['Repair the north quay']);
    await hasColumn(page, 'To do', ['Light the beacon']);
    await becomes(async () => (await stored()).map(({ status, title: each }) => `${status}: ${each}`), [
      'todo: Light the beacon',
      'in_progress: Dredge the channel',
      'in_progress: Paint the big crane',
      'in_progress: Count the containers',
      'done: Repair the north quay',
    ]);
    await page.reload();
    await hasColumn(page, 'In progress', ['Dredge the channel', 'Paint the big crane', 'Count the containers']);
    await hasColumn(page, 'Done', ['Repair the north quay']);
  });

  await scenario('labels and priorities are set by keyboard on a selection', async () => {
    await card(page, 'Dredge the channel').focus();
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await shown(page.getByRole('toolbar', { name: 'Selected tasks' }).getByText('2 selected'));
    await page.keyboard.press('t');
    const labels = page.getByRole('combobox', { name: 'Add or remove labels…' });
    await labels.fill('deep water');
    await shown(page.getByRole('option', { name: /deep water/ }));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await gone(labels);
    await page.keyboard.press('p');
    const priorities = page.getByRole('combobox', { name: 'Priority…' });
    await priorities.fill('urgent');
    await becomes(() => page.getByRole('option').count(), 1);
    await page.keyboard.press('Enter');
    await gone(priorities);
    await becomes(
      async () => (await stored()).filter(({ labels, priority }) => labels.includes('deep water') && priority === 'urgent').map(({ title: each }) => each),
      ['Dredge the channel', 'Paint the big crane'],
    );
    await page.keyboard.press('Escape');
    await gone(page.getByRole('toolbar', { name: 'Selected tasks' }));
  });

  await scenario('the board is filtered by label and by words, and the address keeps the filter', async () => {
    const filters = page.getByRole('search', { name: 'Filter the tasks' });
    await filters.getByRole('button', { name: 'Label' }).click();
    const option = page.getByRole('option', { name: 'deep water' });
    await option.click();
    await page.keyboard.press('Escape');
    await gone(option);
    await hasColumn(page, 'In progress', ['Dredge the channel', 'Paint the big crane']);
    await hasColumn(page, 'To do', []);
    await filters.getByRole('searchbox', { name: 'Search the tasks' }).fill('crane');
    await hasColumn(page, 'In progress', ['Paint the big crane']);
    await page.reload();
    await hasColumn(page, 'In progress', ['Paint the big crane']);
    await filters.getByRole('button', { name: 'Clear' }).click();
    await hasColumn(page, 'In progress', ['Dredge the channel', 'Paint the big crane', 'Count the containers']);
  });

  await scenario('a deleted task comes back by Undo, and from the trash', async () => {
    const task = await openTask(page, 'Light the beacon');
    await task.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete the task' }).click();
    await hasColumn(page, 'To do', []);
    await notifications(page).filter({ hasText: 'Deleted “Light the beacon”' }).getByRole('button', { name: 'Undo' }).click();
    await hasColumn(page, 'To do', ['Light the beacon']);

    await card(page, 'Light the beacon').focus();
    await page.keyboard.press('Control+Backspace');
    await hasColumn(page, 'To do', []);
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Light the beacon' }).getByRole('button', { name: 'Restore' }).click();
    await shown(page.getByText('No deleted tasks.'));
    await page.goBack();
    await hasColumn(page, 'To do', ['Light the beacon']);
  });

  await scenario('the command palette finds a task by a word of its description and opens it', async () => {
    await gone(page.getByRole('heading', { level: 1, name: 'Trash' }));
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Type a command/ }).fill('boom');
    await page.getByRole('option', { name: /Paint the big crane/ }).click();
    await becomes(() => panel(page).getByRole('textbox', { name: 'Title' }).inputValue(), 'Paint the big crane');
    await page.keyboard.press('Escape');
    await gone(panel(page));
  });

  await scenario('what another window changes appears without a reload', async () => {
    const other = await (await browser.window(instance)).open(`/projects/${project.id}`);
    await quickAdd(other, 'In review', 'Weigh the anchor');
    await hasColumn(page, 'In review', ['Weigh the anchor']);
  });

  await scenario('the sidebar counts the open tasks of each project, also of one whose board is not open', async () => {
    const other = await instance.api.project('Shipyard');
    const open = (name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: new RegExp(`^${name}`) }).getByText(/^\d+/);
    const task = await instance.api.task(other.id, { title: 'Lay the keel' });
    await instance.api.task(other.id, { title: 'Step the mast' });
    await becomes(() => open('Shipyard').innerText().then((text) => parseInt(text, 10)), 2);
    await instance.api.patch(`/tasks/${task.id}`, task.version, { status: 'done' });
    await becomes(() => open('Shipyard').innerText().then((text) => parseInt(text, 10)), 1);
  });

  await scenario('a task is added in the list too, and one that the filters hide is told of', async () => {
    await page.keyboard.press('v');
    await shown(page.getByRole('list', { name: 'Tasks' }));
    await page.keyboard.press('c');
    const field = page.getByRole('textbox', { name: 'Title of the new task' });
    await field.fill('Splice the rope');
    await field.press('Enter');
    await shown(page.getByRole('link', { name: 'Splice the rope' }));
    await page.getByRole('searchbox', { name: 'Search the tasks' }).fill('crane');
    await gone(page.getByRole('link', { name: 'Splice the rope' }));
    await page.getByRole('link', { name: 'Paint the big crane' }).focus();
    await page.keyboard.press('c');
    await field.fill('Grease the winch');
    await field.press('Enter');
    await notifications(page).getByRole('status').filter({ hasText: '“Grease the winch” was created. The filters hide it.' }).getByRole('button', { name: 'Clear filters' }).click();
    await shown(page.getByRole('link', { name: 'Grease the winch' }));
  });
}
