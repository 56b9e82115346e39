import assert from 'node:assert/strict';
import { becomes, shown } from '../expect.mjs';

export const title = 'Signing in';

export default async function signIn({ scenario, instance: start, browser }) {
  const instance = await start();
  const first = await browser.window(instance);

  await scenario('the printed address signs the browser in, and the code leaves the address bar', async () => {
    await first.page.goto(instance.address);
    await shown(first.page.getByRole('heading', { name: 'A board whose cards run' }));
    assert.equal(first.page.url(), `${instance.url}/`);
    const [cookie] = await first.cookies();
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, 'Strict');
  });

  await scenario('a reload stays signed in', async () => {
    await first.page.reload();
    await shown(first.page.getByRole('heading', { name: 'A board whose cards run' }));
  });

  await scenario('the same address a second time leads to the calm page that says what to do', async () => {
    const second = await browser.window(instance);
    second.expectRefusals(401);
    await second.page.goto(instance.address);
    await shown(second.page.getByRole('heading', { name: 'This window is not connected to Switchyard' }));
    await shown(second.page.getByText('switchyard-server address', { exact: true }));
    assert.deepEqual(await second.cookies(), []);

    await second.page.goto(await instance.freshAddress());
    await shown(second.page.getByRole('heading', { name: 'A board whose cards run' }));
    await becomes(() => second.page.evaluate(() => location.hash), '');
  });
}
