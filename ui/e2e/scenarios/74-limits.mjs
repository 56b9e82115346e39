import { assertAccessible } from '../accessibility.mjs';
import { becomes, gone, shown } from '../expect.mjs';
import { register, signIn, userMenu } from '../steps/people.mjs';

export const title = 'Limits: too many guesses, too many requests';
export const hosted = true;

const EAGER = { name: 'Eager Beaver', username: 'eager', password: 'one tree after the other' };
/** Wrong passwords for one user name that the server takes in a quarter of an hour. */
const GUESSES = 10;

export default async function limits({ scenario, hosted: server, browser }) {
  const window = await browser.window(server);
  const page = window.page;

  await scenario('who has guessed too often is told how long to wait, and the form stays as it was filled in', async () => {
    window.expectRefusals(401, 429);
    await page.goto(`${server.url}/sign-in`);
    await shown(page.getByRole('form', { name: 'Sign in with a password' }));
    await page.evaluate(async (guesses) => {
      for (let guess = 0; guess < guesses; guess += 1) {
        await fetch('/api/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: 'guessed', password: `wrong ${guess}` }) });
      }
    }, GUESSES);
    await signIn(page, { username: 'guessed', password: 'wrong once more' });
    await shown(page.getByRole('alert').getByText(/^Too many requests in a short time\. There can be more in \d+ (min|s)/));
    await becomes(() => page.getByLabel('User name').inputValue(), 'guessed');
    await assertAccessible(page);
  });

  await scenario('a page that meets the limit says so, and goes on by itself', async () => {
    window.expectRefusals(401, 429);
    await page.goto(`${server.url}/sign-in`);
    await page.getByRole('link', { name: 'Create an account' }).click();
    await register(page, EAGER);
    await shown(userMenu(page));
    const tab = await page.context().newPage();
    await tab.goto(`${server.url}/agents`);
    await tab.evaluate(() => {
      globalThis.floods = true;
      const flood = async () => {
        while (globalThis.floods) await fetch('/api/projects').then((answer) => answer.text());
      };
      globalThis.ended = Promise.all(Array.from({ length: 12 }, flood));
    });
    await tab.waitForResponse((answer) => answer.status() === 429, { timeout: 60_000 });
    const notice = page.getByRole('status').getByText(/^Too many requests in a short time\. The page goes on by itself in \d+ s/);
    for (let tries = 0; tries < 10 && !(await notice.isVisible()); tries += 1) {
      // Each of a page's reads may be the one that something was left for.
      await page.reload();
      await notice.waitFor({ timeout: 3_000 }).catch(() => {});
    }
    await shown(notice);
    await tab.evaluate(async () => {
      globalThis.floods = false;
      await globalThis.ended;
    });
    await gone(notice);
    await shown(userMenu(page));
    await shown(page.getByRole('navigation', { name: 'Main' }));
  });
}
