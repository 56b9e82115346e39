import { becomes, gone, shown } from '../expect.mjs';

export const userMenu = (page) => page.getByRole('button', { name: /account and organisations$/ });
export const memberRow = (page, name) => page.getByRole('list', { name: 'Members' }).getByRole('listitem').filter({ hasText: name });
export const device = (page, text) => page.getByRole('list', { name: 'Signed-in devices' }).getByRole('listitem').filter({ hasText: text });

/** Fills in the form for a new account where it is open. */
export async function register(page, { name, username, password }) {
  const form = page.getByRole('form', { name: 'Create an account' });
  await form.getByLabel('Your name').fill(name);
  await form.getByLabel('User name').fill(username);
  await form.getByRole('textbox', { name: 'Password' }).fill(password);
  await form.getByRole('button', { name: 'Create account' }).click();
}

/** Fills in the form with which one signs in, on its page or over another one. */
export async function signIn(page, { username, password }) {
  const form = page.getByRole('form', { name: 'Sign in with a password' });
  await form.getByLabel('User name').fill(username);
  await form.getByRole('textbox', { name: 'Password' }).fill(password);
  await form.getByRole('button', { name: 'Sign in' }).click();
}

export async function choose(page, item) {
  await userMenu(page).click();
  await page.getByRole('menuitem', { name: item }).or(page.getByRole('menuitemcheckbox', { name: item })).click();
}

/** Opens a page of the settings by its tab. */
export async function settings(page, tab) {
  const nav = page.getByRole('navigation', { name: 'Settings' });
  if (!(await nav.isVisible())) await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings', exact: true }).click();
  await nav.getByRole('link', { name: tab }).click();
  await becomes(() => nav.getByRole('link', { name: tab }).getAttribute('aria-current'), 'page');
}

export async function confirm(page, button) {
  await page.getByRole('alertdialog').getByRole('button', { name: button }).click();
  await gone(page.getByRole('alertdialog'));
}

/** Makes an invitation and returns its address, which is shown this once. */
export async function invite(page, { email, role }) {
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
  if (email) await dialog.getByLabel(/^E-mail/).fill(email);
  await dialog.getByLabel('Role').selectOption(role);
  await dialog.getByRole('button', { name: 'Make invitation' }).click();
  const shownOnce = page.getByRole('dialog', { name: 'Send this address' });
  await shown(shownOnce);
  const address = await shownOnce.getByLabel('Address', { exact: true }).inputValue();
  await shownOnce.getByRole('button', { name: 'Done' }).click();
  await gone(shownOnce);
  return address;
}
