import { becomes, shown } from '../expect.mjs';

export const column = (page, title) => page.getByRole('region', { name: new RegExp(`^${title}, \\d+ tasks?$`) });
export const card = (page, title) => page.getByRole('listitem').getByRole('link', { name: new RegExp(`^${escaped(title)}(,|$)`) });
export const panel = (page) => page.getByRole('complementary', { name: /^Task/ });
export const notifications = (page) => page.getByRole('region', { name: 'Notifications' });

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The titles in a column, from top to bottom. */
export const titlesIn = (page, title) =>
  page
    .getByRole('list', { name: title, exact: true })
    .getByRole('listitem')
    .evaluateAll((items) =>
      items
        .sort((a, b) => Number(a.getAttribute('aria-posinset')) - Number(b.getAttribute('aria-posinset')))
        .map((item) => item.querySelector('p')?.textContent ?? ''),
    );

export const hasColumn = (page, title, titles) => becomes(() => titlesIn(page, title), titles);

/** Adds tasks in the field at the top of a column, one line each. */
export async function quickAdd(page, columnTitle, ...titles) {
  await page.getByRole('button', { name: `New task in ${columnTitle}` }).click();
  const field = page.getByRole('textbox', { name: 'Title of the new task' });
  for (const title of titles) {
    await field.fill(title);
    await field.press('Enter');
    await shown(card(page, title));
    await becomes(() => field.inputValue(), '');
  }
  await field.press('Escape');
}

/** Opens a task from its card. */
export async function openTask(page, title) {
  await card(page, title).click();
  await shown(panel(page).getByRole('textbox', { name: 'Title' }));
  return panel(page);
}

/** Drags a card with the mouse to a place in a column: 0 is above the first card. */
export async function drag(page, title, columnTitle, index) {
  const from = await card(page, title).boundingBox();
  const to = await page.getByRole('list', { name: columnTitle, exact: true }).boundingBox();
  const CARD_STEP = 88;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 + 12, from.y + from.height / 2 + 12, { steps: 3 });
  await page.mouse.move(to.x + to.width / 2, to.y + index * CARD_STEP + 10, { steps: 12 });
  // One more: the browser tells of a drag only when the pointer moves.
  await page.mouse.move(to.x + to.width / 2 + 1, to.y + index * CARD_STEP + 8, { steps: 3 });
  await page.mouse.up();
}
