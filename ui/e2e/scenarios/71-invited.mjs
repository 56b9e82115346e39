import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertAccessible, assertFocusIsVisible } from '../accessibility.mjs';
import { PHONE } from '../browser.mjs';
import { becomes, shown } from '../expect.mjs';
import { choose, memberRow, register, settings, signIn, userMenu } from '../steps/people.mjs';

export const title = 'Accounts by invitation';
/** Needs a server where who is invited may register, with two invitations to Mill: for a new person, and for Carol. */
export const hosted = 'invited';

const GRACE = { name: 'Grace Hopper', username: 'grace.h', password: 'nanoseconds are long' };
const CAROL = { username: 'carol', password: process.env.SWITCHYARD_PASSWORD };
const [NEW, KNOWN] = (process.env.SWITCHYARD_INVITATIONS ?? '').split(' ');

export default async function invited({ scenario, hosted: server, browser, folder }) {
  const invitation = (secret) => `${server.url}/join#${secret}`;
  const graceWindow = await browser.window(server);
  const grace = graceWindow.page;
  const picture = (page, name) => page.screenshot({ path: join(process.env.SWITCHYARD_PICTURES ?? folder, `${name}.png`), animations: 'disabled', caret: 'hide' });

  await scenario('who comes without an invitation is told how to get in', async () => {
    await grace.goto(`${server.url}/sign-in?register=true`);
    await shown(grace.getByText('Open the invitation that you were sent'));
    assert.equal(await grace.getByRole('link', { name: 'Create an account' }).count(), 0);
    await assertAccessible(grace);
    await picture(grace, 'sign-in');
  });

  await scenario('an invitation says where it leads, and an account is made with the keyboard alone', async () => {
    await grace.goto(invitation(NEW));
    await shown(grace.getByRole('heading', { name: 'You are invited to Mill' }));
    await shown(grace.getByText('ada keeps a place for you there. Your role: member.'));
    assert.ok(!grace.url().includes(NEW));
    await assertAccessible(grace);
    await picture(grace, 'invited');
    await becomes(() => grace.evaluate(() => document.activeElement?.textContent), 'Create an account');
    await grace.keyboard.press('Enter');
    await becomes(() => grace.evaluate(() => document.activeElement?.getAttribute('name')), 'name');
    await assertAccessible(grace);
    await assertFocusIsVisible(grace, 3);
    await picture(grace, 'register');
  });

  await scenario('a user name that is taken costs nothing but another one', async () => {
    graceWindow.expectRefusals(409);
    await register(grace, { ...GRACE, username: 'Carol' });
    await shown(grace.getByText('Somebody has this user name already'));
    await register(grace, GRACE);
    await shown(userMenu(grace).getByText('Mill'));
    await settings(grace, 'Organisation');
    await shown(memberRow(grace, GRACE.name));
  });

  await scenario('who has an account signs in by the invitation, on a phone, and is in', async () => {
    const phone = (await browser.window(server, { size: PHONE })).page;
    await phone.goto(invitation(KNOWN));
    await shown(phone.getByText('Your role: viewer.'));
    assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await picture(phone, 'invited-phone');
    await phone.getByRole('button', { name: 'Sign in with your account' }).click();
    await signIn(phone, CAROL);
    await becomes(() => new URL(phone.url()).pathname, '/');
    const me = await phone.evaluate(() => fetch('/api/auth/me').then((answer) => answer.json()));
    assert.deepEqual([me.user.name, me.organisation.name, me.organisation.role], ['carol', 'Mill', 'viewer']);
  });

  await scenario('an invitation that was used says so at once', async () => {
    graceWindow.expectRefusals(404);
    await grace.goto(invitation(NEW));
    await shown(grace.getByRole('heading', { name: 'You cannot join by this invitation' }));
    await assertAccessible(grace);
    await picture(grace, 'over');
    await grace.getByRole('button', { name: 'Go to your boards' }).click();
    await shown(userMenu(grace));
    await choose(grace, 'Sign out');
    await shown(grace.getByRole('heading', { name: 'Sign in to Switchyard' }));
  });
}
