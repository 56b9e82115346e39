import { becomes, gone, shown } from '../expect.mjs';
import { card, hasColumn, notifications, panel } from '../steps/board.mjs';

export const title = 'Edits that meet';

const BASE = 'First line.\n\nSecond line.\n\nThird line.';

export default async function conflictingEdits({ scenario, instance: start, browser }) {
  const instance = await start();
  const project = await instance.api.project('Chapel');
  const task = await instance.api.task(project.id, { title: 'Tune the organ', description: BASE });
  const window = await browser.window(instance);
  const page = await window.open(`/projects/${project.id}/tasks/${task.id}`);
  const dialog = page.getByRole('dialog', { name: 'This task was changed elsewhere' });
  const editor = panel(page).getByRole('textbox', { name: 'Description, in markdown' });

  const stored = async () => (await instance.api.get(`/tasks/${task.id}`)).description;

  /** Writes here while another window changes the same description, then saves. */
  async function meet(mine, theirs) {
    window.expectRefusals(409);
    await panel(page).getByRole('button', { name: 'Edit', exact: true }).click();
    await editor.fill(mine);
    const current = await instance.api.get(`/tasks/${task.id}`);
    await instance.api.patch(`/tasks/${task.id}`, current.version, { description: theirs });
    await shown(panel(page).getByText('Somebody else changed this description meanwhile.'));
    await panel(page).getByRole('button', { name: 'Save' }).click();
    await shown(dialog);
  }
  const keep = (choice) => dialog.getByRole('radiogroup', { name: 'Which description to keep' }).getByRole('radio', { name: choice });

  await scenario('edits of different lines are offered merged, and nothing is saved before the choice', async () => {
    const theirs = BASE.replace('Third', 'Their third');
    await meet(BASE.replace('First', 'My first'), theirs);
    await becomes(() => dialog.getByRole('textbox', { name: 'Merged description' }).inputValue(), 'My first line.\n\nSecond line.\n\nTheir third line.');
    await becomes(stored, theirs);
    await dialog.getByRole('button', { name: 'Save what is chosen' }).click();
    await gone(dialog);
    await becomes(stored, 'My first line.\n\nSecond line.\n\nTheir third line.');
  });

  await scenario('mine can be kept', async () => {
    await meet('Mine alone.', 'Theirs alone.');
    await keep('Mine').click();
    await dialog.getByRole('button', { name: 'Save what is chosen' }).click();
    await gone(dialog);
    await becomes(stored, 'Mine alone.');
  });

  await scenario('theirs can be kept', async () => {
    await meet('Mine again.', 'Theirs again.');
    await keep('Theirs').click();
    await shown(dialog.getByText('Theirs again.'));
    await dialog.getByRole('button', { name: 'Keep theirs' }).click();
    await gone(dialog);
    await becomes(stored, 'Theirs again.');
    await shown(panel(page).getByRole('region', { name: 'Description' }).getByText('Theirs again.'));
  });

  await scenario('a group change leaves alone what another window changed meanwhile, says so, and goes on with it when asked', async () => {
    const [bell, clapper] = [await instance.api.task(project.id, { title: 'Hang the bell' }), await instance.api.task(project.id, { title: 'Oil the clapper' })];
    await window.open(`/projects/${project.id}`);
    for (const title of ['Hang the bell', 'Oil the clapper']) {
      await card(page, title).focus();
      await page.keyboard.press('x');
    }
    // The other window is quicker by as long as a request takes.
    await page.route('**/tasks/bulk', async (route) => {
      await instance.api.patch(`/tasks/${clapper.id}`, clapper.version, { status: 'in_review' });
      await route.continue();
    }, { times: 1 });
    await page.keyboard.press('s');
    await page.getByRole('option', { name: 'Done', exact: true }).click();
    const note = notifications(page).getByText('Left alone, because somebody else changed it meanwhile: “Oil the clapper”');
    await shown(note);
    const status = async (task) => (await instance.api.get(`/tasks/${task.id}`)).status;
    await becomes(async () => [await status(bell), await status(clapper)], ['done', 'in_review']);
    await hasColumn(page, 'In review', ['Oil the clapper']);
    await notifications(page).getByRole('button', { name: 'Change anyway' }).click();
    await hasColumn(page, 'Done', ['Hang the bell', 'Oil the clapper']);
    await becomes(() => status(clapper), 'done');
  });
}
