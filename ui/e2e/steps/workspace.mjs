import { becomes, gone, shown } from '../expect.mjs';
import { panel } from './board.mjs';

export const conversation = (page) => page.getByRole('region', { name: 'Conversation', exact: true });
export const transcript = (page) => page.getByRole('log', { name: 'Transcript' });
export const changes = (page) => page.getByRole('region', { name: 'Changes', exact: true });
export const composer = (page) => page.getByRole('textbox', { name: 'Message to the agent' });
export const approvalBar = (page) => conversation(page).getByRole('alert').filter({ has: page.getByRole('group', { name: /^Answer: / }) });

/** Starts an agent from the open task: `kind` is `command` or `acp`. */
export async function startAgent(page, { kind, command, prompt }) {
  await panel(page).getByRole('button', { name: 'Start agent' }).click();
  const form = page.getByRole('form', { name: 'Start an agent' });
  await form.getByLabel('Agent', { exact: true }).selectOption(kind);
  await form.getByRole('textbox', { name: 'Command', exact: true }).fill(command);
  if (prompt !== undefined) await form.getByRole('textbox', { name: 'Prompt' }).fill(prompt);
  await form.getByRole('button', { name: 'Start' }).click();
  await page.waitForURL(/\/workspaces\//);
  await shown(conversation(page));
  return workspaceIdOf(page);
}

export const workspaceIdOf = (page) => /\/workspaces\/([^/?#]+)/.exec(page.url())[1];

/** Waits until the shown session is in a state, as its pill says it: Running, Idle, Stopped … */
export const sessionBecomes = (page, state, timeout = 30_000) => shown(conversation(page).getByText(state, { exact: true }), timeout);

export async function say(page, text) {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await becomes(() => composer(page).inputValue(), '');
}

/** Shows a part of the workspace: Changes, Files, Checkpoints. */
export const showPart = (page, name) => page.getByRole('tablist', { name: 'Parts of the workspace' }).getByRole('tab', { name }).click();

/** Writes a comment on the line of the diff that holds the text. */
export async function commentOn(page, lineText, comment) {
  const line = changes(page).locator('.group\\/line').filter({ hasText: lineText }).last();
  await line.hover();
  await line.getByRole('button', { name: 'Comment on this line' }).click();
  const editor = changes(page).getByRole('textbox', { name: 'Comment', exact: true });
  await editor.fill(comment);
  await changes(page).getByRole('button', { name: 'Comment', exact: true }).click();
  await gone(editor);
  await shown(changes(page).getByRole('article').filter({ hasText: comment }));
}

/** Merges from the page's header with a strategy as the dialog names it. */
export async function merge(page, strategy) {
  await page.getByRole('button', { name: 'Merge…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Merge into / });
  await dialog.getByRole('radio', { name: strategy }).click();
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
  return dialog;
}

export async function workspaceMenu(page, item) {
  await page.getByRole('button', { name: 'More for this workspace' }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}
