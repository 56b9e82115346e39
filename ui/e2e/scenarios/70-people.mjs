import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { assertAccessible, assertFocusIsVisible } from '../accessibility.mjs';
import { PHONE } from '../browser.mjs';
import { becomes, gone, shown } from '../expect.mjs';
import { choose, confirm, device, invite, memberRow, register, settings, signIn, userMenu } from '../steps/people.mjs';

export const title = 'People: signing in, organisations, keys, devices, audit log';
/** Needs a server where people sign in, and nothing of it but its address. */
export const hosted = true;

const ADA = { name: 'Ada Lovelace', username: 'ada.l', password: 'correct horse battery' };
const GRACE = { name: 'Grace Hopper', username: 'grace.h', password: 'nanoseconds are long' };

export default async function people({ scenario, hosted: server, browser }) {
  const path = (page) => new URL(page.url()).pathname + new URL(page.url()).search;
  const adaWindow = await browser.window(server);
  const ada = adaWindow.page;
  const graceWindow = await browser.window(server);
  const grace = graceWindow.page;
  const dialog = (page, name) => page.getByRole('dialog', { name });

  await scenario('who is not signed in is led to the sign-in page, and back to where they wanted', async () => {
    adaWindow.expectRefusals(401);
    await ada.goto(`${server.url}/agents`);
    await shown(ada.getByRole('heading', { name: 'Sign in to Switchyard' }));
    assert.equal(path(ada), '/sign-in?next=%2Fagents');
    await assertAccessible(ada);
    await assertFocusIsVisible(ada, 6);
    await ada.getByRole('link', { name: 'Create an account' }).click();
    await shown(ada.getByRole('form', { name: 'Create an account' }));
    await assertAccessible(ada);
    await register(ada, ADA);
    await shown(ada.getByRole('heading', { level: 1, name: 'Agents' }));
    await shown(userMenu(ada));
  });

  await scenario('password managers are told what is what', async () => {
    const page = grace;
    await page.goto(`${server.url}/sign-in`);
    assert.equal(await page.getByLabel('User name').getAttribute('autocomplete'), 'username');
    assert.equal(await page.getByRole('textbox', { name: 'Password' }).getAttribute('autocomplete'), 'current-password');
    await page.getByRole('link', { name: 'Create an account' }).click();
    assert.equal(await page.getByRole('textbox', { name: 'Password' }).getAttribute('autocomplete'), 'new-password');
  });

  await scenario('a user name that is taken, and a wrong password, are told where they were typed', async () => {
    graceWindow.expectRefusals(401, 409);
    await register(grace, { ...GRACE, username: ADA.username.toUpperCase() });
    await shown(grace.getByText('Somebody has this user name already'));
    await grace.getByRole('link', { name: 'Sign in' }).click();
    await signIn(grace, { username: ADA.username, password: 'not this one at all' });
    await shown(grace.getByRole('alert').getByText('There is no account with this user name and password'));
  });

  await scenario('a new organisation is made from the menu with one’s name, and opened', async () => {
    await choose(ada, 'New organisation…');
    await dialog(ada, 'New organisation').getByLabel('Name').fill('Analytical Engines');
    await ada.getByRole('button', { name: 'Create organisation' }).click();
    await becomes(() => path(ada), '/settings/organisation');
    await shown(memberRow(ada, ADA.name));
    await shown(userMenu(ada).getByText('Analytical Engines'));
    assert.equal(await ada.getByLabel(`Role of ${ADA.name}`).isDisabled(), true);
    await assertAccessible(ada);
  });

  await scenario('somebody invited makes an account and is a member, which the admin sees at once', async () => {
    const address = await invite(ada, { email: 'grace@example.org', role: 'Member' });
    assert.match(address, /\/join#\S+$/);
    await shown(ada.getByRole('list', { name: 'Invitations' }).getByText('grace@example.org'));
    await grace.goto(server.url + new URL(address).pathname + new URL(address).hash);
    await shown(grace.getByRole('heading', { name: 'You are invited' }));
    await becomes(() => path(grace) + new URL(grace.url()).hash, '/join');
    await assertAccessible(grace);
    await grace.getByRole('button', { name: 'Create an account' }).click();
    await register(grace, GRACE);
    await shown(userMenu(grace).getByText('Analytical Engines'));
    await shown(memberRow(ada, GRACE.name));
    await gone(ada.getByRole('list', { name: 'Invitations' }));
  });

  await scenario('an invitation that is gone says so, while it is looked at and before', async () => {
    const address = await invite(ada, { role: 'Viewer' });
    const open = async () => {
      await grace.goto('about:blank');
      await grace.goto(server.url + new URL(address).pathname + new URL(address).hash);
    };
    await open();
    await shown(grace.getByRole('button', { name: 'Accept invitation' }));
    await ada.getByRole('button', { name: /^Take back the invitation/ }).click();
    await confirm(ada, 'Take back');
    graceWindow.expectRefusals(404);
    await grace.getByRole('button', { name: 'Accept invitation' }).click();
    await shown(grace.getByRole('alert').getByText('Ask whoever sent it for a new one.'));
    await open();
    await shown(grace.getByRole('heading', { name: 'You cannot join by this invitation' }));
    await assertAccessible(grace);
    await grace.getByRole('button', { name: 'Go to your boards' }).click();
    await shown(userMenu(grace));
  });

  await scenario('who becomes a viewer sees no button any more that cannot work', async () => {
    const create = grace.getByRole('button', { name: 'New project' });
    await shown(create);
    await ada.getByLabel(`Role of ${GRACE.name}`).selectOption('Viewer');
    await gone(create);
    await settings(grace, 'Organisation');
    await shown(memberRow(grace, ADA.name));
    assert.equal(await grace.getByRole('combobox').count(), 0);
    assert.equal(await grace.getByRole('button', { name: 'Invite somebody' }).count(), 0);
    await ada.getByLabel(`Role of ${GRACE.name}`).selectOption('Member');
    await shown(create);
  });

  const boards = (page) => page.getByRole('navigation', { name: 'Main' });
  await scenario('a group is made, and people are put into it', async () => {
    await settings(ada, 'Groups');
    await shown(ada.getByText('No groups yet'));
    await assertAccessible(ada);
    await ada.getByRole('button', { name: 'New group' }).click();
    await dialog(ada, 'New group').getByLabel('Name').fill('Finance');
    await ada.getByRole('button', { name: 'Create group' }).click();
    await shown(dialog(ada, 'Finance').getByText('Nobody is in this group yet.'));
    await assertAccessible(ada);
    await dialog(ada, 'Finance').getByRole('button', { name: 'Done' }).click();
    await shown(ada.getByRole('list', { name: 'Groups' }).getByText('Nobody yet'));
    await settings(grace, 'Groups');
    await shown(grace.getByText('Finance'));
    assert.equal(await grace.getByRole('button', { name: 'New group' }).count(), 0);
  });

  await scenario('a board that is restricted is gone for others at once, and comes back when a group lets them in', async () => {
    const make = (body) => fetch('/api/projects', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(({ status }) => status);
    assert.equal(await ada.evaluate(make, JSON.stringify({ name: 'Payroll' })), 201);
    const link = boards(grace).getByRole('link', { name: /^Payroll/ });
    await link.click();
    await boards(ada).getByRole('link', { name: /^Payroll/ }).click();
    await shown(grace.getByRole('heading', { level: 1, name: /^Payroll/ }));
    await boards(ada).getByRole('link', { name: 'Project settings' }).click();
    await ada.getByRole('switch', { name: /Only these people/ }).click();
    await shown(ada.getByRole('list', { name: 'Who may see this project' }).getByText(ADA.name));
    await assertAccessible(ada);
    await ada.getByRole('button', { name: 'Save' }).click();
    await shown(boards(ada).getByRole('link', { name: /^Payroll.*only some people see it/ }));
    graceWindow.expectRefusals(404);
    await gone(link);
    await shown(grace.getByText('This project does not exist'));
    await ada.getByRole('button', { name: /^Add people/ }).click();
    await ada.getByRole('option', { name: /Finance/ }).click();
    await ada.getByLabel('Role of Finance').selectOption('Viewer');
    await ada.getByRole('button', { name: 'Save' }).click();
    await gone(ada.getByRole('button', { name: 'Save' }));
    await settings(ada, 'Groups');
    await ada.getByRole('button', { name: /^Finance/ }).click();
    await dialog(ada, 'Finance').getByRole('button', { name: 'Add a person' }).click();
    await ada.getByRole('option', { name: new RegExp(GRACE.name) }).click();
    await shown(dialog(ada, 'Finance').getByText(GRACE.name));
    await shown(link);
    await link.click();
    await shown(grace.getByRole('heading', { level: 1, name: /^Payroll/ }));
    // She may look, and is offered nothing else; a board of her own she may still make.
    assert.equal(await grace.getByRole('button', { name: /^(New task|Add)/ }).count(), 0);
    assert.equal(await boards(grace).getByRole('link', { name: 'Project settings' }).count(), 0);
    await shown(grace.getByRole('button', { name: 'New project' }));
    await dialog(ada, 'Finance').getByRole('button', { name: `Take ${GRACE.name} out` }).click();
    await gone(link);
    await dialog(ada, 'Finance').getByRole('button', { name: 'Done' }).click();
    await ada.getByRole('button', { name: 'Delete the group Finance' }).click();
    await confirm(ada, 'Delete');
    await shown(ada.getByText('No groups yet'));
  });

  await scenario('a key is shown once, lets a program in, and no longer once it is deleted', async () => {
    await settings(ada, 'API keys');
    await ada.getByRole('button', { name: 'New API key' }).click();
    await assertAccessible(ada);
    await dialog(ada, 'New API key').getByLabel('What it is for').fill('Nightly build');
    await ada.getByRole('button', { name: 'Create key' }).click();
    const shownOnce = dialog(ada, 'The key “Nightly build”');
    const key = await shownOnce.getByLabel('Key', { exact: true }).inputValue();
    await shownOnce.getByRole('button', { name: 'Copy: key' }).click();
    await becomes(() => ada.evaluate(() => navigator.clipboard.readText()), key);
    await shownOnce.getByRole('button', { name: 'Done' }).click();
    const ask = async () => (await fetch(`${server.url}/api/projects`, { headers: { Authorization: `Bearer ${key}` } })).status;
    await ada.reload();
    await shown(ada.getByRole('list', { name: 'API keys' }).getByText('Nightly build'));
    assert.ok(!(await ada.content()).includes(key));
    assert.equal(await ask(), 200);
    await ada.getByRole('button', { name: 'Delete the key Nightly build' }).click();
    await confirm(ada, 'Delete');
    await shown(ada.getByText('No keys yet'));
    await becomes(ask, 401);
  });

  await scenario('a key for one project is made in one go, reaches that one alone, and says so', async () => {
    await ada.getByRole('button', { name: 'New API key' }).first().click();
    const form = dialog(ada, 'New API key');
    await form.getByLabel('What it is for').fill('Payroll robot');
    await form.getByRole('radio', { name: 'These projects' }).click();
    assert.equal(await form.getByRole('button', { name: 'Create key' }).isDisabled(), true);
    await form.getByRole('button', { name: 'Add a project' }).click();
    await ada.getByRole('option', { name: 'Payroll' }).click();
    await form.getByLabel('Role in Payroll').selectOption('Viewer');
    await assertAccessible(ada);
    await form.getByRole('button', { name: 'Create key' }).click();
    const shownOnce = dialog(ada, 'The key “Payroll robot”');
    const key = await shownOnce.getByLabel('Key', { exact: true }).inputValue();
    await shownOnce.getByRole('button', { name: 'Done' }).click();
    await shown(ada.getByRole('list', { name: 'API keys' }).getByText('Payroll (viewer)'));
    await assertAccessible(ada);
    const make = (body) => fetch('/api/projects', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(({ status }) => status);
    assert.equal(await ada.evaluate(make, JSON.stringify({ name: 'Not for robots' })), 201);
    const seen = await (await fetch(`${server.url}/api/projects`, { headers: { Authorization: `Bearer ${key}` } })).json();
    assert.deepEqual(seen.items.map(({ name, my_role }) => [name, my_role]), [['Payroll', 'viewer']]);
    await ada.getByRole('button', { name: 'Delete the key Payroll robot' }).click();
    await confirm(ada, 'Delete');
    await shown(ada.getByText('No keys yet'));
  });

  await scenario('a login that ends elsewhere loses nothing that was typed', async () => {
    await settings(ada, 'Organisation');
    await ada.getByLabel('Name', { exact: true }).fill('Analytical Engines & Sons');
    const other = await browser.window(server);
    await other.page.goto(`${server.url}/sign-in`);
    await signIn(other.page, ADA);
    await shown(userMenu(other.page));
    await settings(other.page, 'Signed-in devices');
    await other.page.getByRole('button', { name: 'Sign out everywhere else' }).click();
    adaWindow.expectRefusals(401);
    await confirm(other.page, 'Sign out the others');
    await shown(dialog(ada, 'You were signed out'));
    await assertAccessible(ada);
    // What is done all the same waits for them.
    await ada.keyboard.press('Escape');
    await ada.getByRole('button', { name: 'Save' }).click();
    await shown(ada.getByText('what you changed waits to be saved'));
    await ada.getByRole('button', { name: 'Sign in again' }).click();
    await signIn(dialog(ada, 'You were signed out'), ADA);
    await shown(userMenu(ada).getByText('Analytical Engines & Sons'));
    await gone(ada.getByRole('button', { name: 'Save' }));
    assert.equal(await ada.getByLabel('Name', { exact: true }).inputValue(), 'Analytical Engines & Sons');
    await other.close();
  });

  await scenario('the devices are listed, this one marked, and others are signed out', async () => {
    const other = await browser.window(server);
    await other.page.goto(`${server.url}/sign-in`);
    await signIn(other.page, ADA);
    await shown(userMenu(other.page));
    await settings(ada, 'API keys');
    await settings(ada, 'Signed-in devices');
    await shown(device(ada, 'This device'));
    await assertAccessible(ada);
    other.expectRefusals(401);
    const others = device(ada, 'last seen');
    for (let left = await others.count(); left > 0; left -= 1) {
      await others.first().getByRole('button', { name: /^Sign out/ }).click();
      await becomes(() => others.count(), left - 1);
    }
    await shown(dialog(other.page, 'You were signed out'));
    await other.close();
  });

  await scenario('two windows of a browser notice when one goes over to another organisation', async () => {
    const second = await adaWindow.another();
    await second.goto(server.url);
    await choose(second, /· personal$/);
    await shown(userMenu(second).getByText(ADA.name).nth(1));
    const notice = ada.getByRole('dialog', { name: /^You are in/ });
    await shown(notice);
    await notice.getByRole('button', { name: /^Back to/ }).click();
    await gone(notice);
    await shown(second.getByRole('dialog', { name: /^You are in/ }));
    await second.close();
  });

  await scenario('the audit log tells who did what, by filter, and is exported', async () => {
    await settings(ada, 'Audit log');
    const log = ada.getByRole('list', { name: 'Audit log' });
    await shown(log.getByRole('listitem'));
    await ada.getByLabel('Person').selectOption(ADA.name);
    await ada.getByLabel('Action').fill('api_key');
    await shown(log.getByText('API key: create'));
    await gone(log.getByText('Organisation:'));
    await assertAccessible(ada);
    await log.getByRole('button', { expanded: false }).first().click();
    await shown(log.getByText('only this one'));
    const [download] = await Promise.all([ada.waitForEvent('download'), ada.getByRole('link', { name: 'Export' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.length > 0 && lines.every(({ action }) => action.startsWith('api_key.')));
  });

  await scenario('a password is changed, and only the new one lets in', async () => {
    const next = { ...GRACE, password: 'microseconds are longer' };
    await settings(grace, 'Signed-in devices');
    await grace.getByRole('textbox', { name: 'Current password' }).fill(GRACE.password);
    await grace.getByRole('textbox', { name: 'New password' }).fill(next.password);
    await grace.getByRole('button', { name: 'Change password' }).click();
    await shown(grace.getByText('Your password is changed'));
    await choose(grace, 'Sign out');
    graceWindow.expectRefusals(401);
    await signIn(grace, GRACE);
    await shown(grace.getByRole('alert'));
    await signIn(grace, next);
    await shown(userMenu(grace));
  });

  await scenario('the pages are at home on a phone', async () => {
    const phone = (await browser.window(server, { size: PHONE })).page;
    await phone.goto(`${server.url}/sign-in?next=/settings/organisation`);
    const overflow = () => phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(await overflow(), 0);
    await signIn(phone, ADA);
    await shown(phone.getByRole('navigation', { name: 'Settings' }));
    for (const page of ['organisation', 'groups', 'keys', 'devices', 'audit']) {
      await phone.goto(`${server.url}/settings/${page}`);
      await shown(phone.getByRole('navigation', { name: 'Settings' }));
      await phone.waitForLoadState('networkidle');
      assert.equal(await overflow(), 0, page);
      await assertAccessible(phone);
    }
  });

  await scenario('who signs out is out, also by the way back', async () => {
    await choose(ada, 'Sign out');
    await shown(ada.getByRole('heading', { name: 'Sign in to Switchyard' }));
    await ada.goBack();
    await shown(ada.getByRole('heading', { name: 'Sign in to Switchyard' }));
  });
}
