import assert from 'node:assert/strict';
import { assertAccessible } from '../accessibility.mjs';
import { becomes, shown } from '../expect.mjs';
import { device, settings, userMenu } from '../steps/people.mjs';

export const title = 'Signing in with GitHub';
/** Needs a server with a GitHub of its own, at which somebody is signed in. */
export const hosted = true;

export default async function github({ scenario, hosted: server, browser }) {
  const window = await browser.window(server);
  const page = window.page;
  const path = () => new URL(page.url()).pathname + new URL(page.url()).search;
  const leave = async () => {
    window.expectDepartures();
    await page.getByRole('link', { name: 'Continue with GitHub' }).click();
    await shown(page.getByRole('heading', { name: /^Authorize Switchyard as/ }));
    assert.notEqual(new URL(page.url()).origin, server.url);
  };

  await scenario('who does not approve at GitHub is told so where they came from, and can try again', async () => {
    window.expectRefusals(401);
    await page.goto(`${server.url}/agents?q=x`);
    await shown(page.getByRole('heading', { name: 'Sign in to Switchyard' }));
    await leave();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shown(page.getByRole('alert').getByText('You did not let Switchyard see who you are on GitHub.'));
    assert.equal(path(), '/sign-in?error=oauth_denied&next=%2Fagents%3Fq%3Dx');
    await assertAccessible(page);
  });

  await scenario('who approves is signed in, and where they wanted to go', async () => {
    await leave();
    await page.getByRole('button', { name: 'Authorize' }).click();
    await shown(page.getByRole('heading', { level: 1, name: 'Agents' }));
    await becomes(path, '/agents?q=x');
    await shown(userMenu(page).getByText('countess'));
    await settings(page, 'Signed-in devices');
    await shown(device(page, 'GitHub'));
  });

  await scenario('the way back from there signs nobody in again', async () => {
    const cookies = await page.context().cookies();
    assert.deepEqual(cookies.map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite })), [
      { name: '__Host-switchyard', httpOnly: true, secure: true, sameSite: 'Strict' },
    ]);
    await page.goto(`${server.url}/api/auth/callback?code=x&state=y`);
    // Nor out: it leads to the sign-in page, which leads on who is signed in.
    await becomes(path, '/');
    await shown(userMenu(page).getByText('countess'));
  });
}
