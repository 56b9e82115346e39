import { gone, shown } from '../expect.mjs';

export const projectDialog = (page) => page.getByRole('dialog', { name: 'New project' });

/** Creates a project in the open dialog from a path typed by hand. */
export async function createProject(page, { path, name }) {
  const dialog = projectDialog(page);
  const field = dialog.getByLabel('Repository', { exact: true });
  await field.fill(path);
  // The list of completions would lie over the button.
  await field.blur();
  if (name) await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByRole('button', { name: 'Create project' }).click();
  await gone(dialog);
  await shown(page.getByRole('heading', { level: 1, name: name ?? path.split('/').pop() }));
}
