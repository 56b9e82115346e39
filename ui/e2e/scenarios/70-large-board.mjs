import assert from 'node:assert/strict';
import { becomes, shown } from '../expect.mjs';
import { framesWhile, heapOf, inWords, nodesIn, wheel } from '../measure.mjs';
import { card, column } from '../steps/board.mjs';

export const title = 'A board of 10,000 tasks';

const TASKS = 10_000;
const WRITERS = 16;
const STATUSES = ['todo', 'todo', 'todo', 'todo', 'todo', 'todo', 'in_progress', 'in_review', 'done', 'cancelled'];
const MOST_NODES = 2_000;
const MOST_HEAP_MB = 200;

export default async function largeBoard({ scenario, instance: start, browser }) {
  const instance = await start();
  const project = await instance.api.project('Warehouse');
  let page;

  await scenario(`${TASKS} tasks are made through the API`, async () => {
    const begun = Date.now();
    let next = 0;
    const write = async () => {
      for (let n = next++; n < TASKS; n = next++)
        await instance.api.task(project.id, { title: `Crate ${n}`, status: STATUSES[n % STATUSES.length], labels: [`aisle ${n % 7}`], description: `Stands at **${n % 97}**.` });
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    return `${Math.round((TASKS * 1000) / (Date.now() - begun))} a second`;
  }, { patience: 180_000 });

  await scenario('the board opens and counts them all', async () => {
    const window = await browser.window(instance);
    await window.open('/settings');
    const begun = Date.now();
    page = await window.open(`/projects/${project.id}`);
    await shown(page.getByRole('region', { name: 'To do, 6000 tasks' }), 30_000);
    return `${Date.now() - begun} ms`;
  });

  await scenario('a long column scrolls while only what is in sight is in the page', async () => {
    const list = column(page, 'To do');
    const frames = await framesWhile(page, () => wheel(page, list, 120, 900));
    const nodes = await nodesIn(list);
    assert.ok(nodes < MOST_NODES, `${nodes} nodes in the column`);
    await becomes(() => list.getByRole('listitem').first().evaluate((item) => Number(item.getAttribute('aria-posinset')) > 500), true);
    const heap = await heapOf(page);
    assert.ok(heap < MOST_HEAP_MB, `${heap.toFixed(0)} MB of heap`);
    return `${inWords(frames)}; ${nodes} nodes; ${heap.toFixed(0)} MB`;
  });

  await scenario('adding, moving and searching stay quick', async () => {
    const begun = Date.now();
    await page.getByRole('searchbox', { name: 'Search the tasks' }).fill('Crate 9999');
    await shown(card(page, 'Crate 9999'));
    await shown(page.getByRole('region', { name: 'Cancelled, 1 task' }));
    await page.getByRole('searchbox', { name: 'Search the tasks' }).fill('');
    await shown(page.getByRole('region', { name: 'To do, 6000 tasks' }));
    const searched = Date.now() - begun;
    await page.getByRole('button', { name: 'New task in Done' }).click();
    await page.getByRole('textbox', { name: 'Title of the new task' }).fill('The last crate');
    await page.keyboard.press('Enter');
    await shown(page.getByRole('region', { name: 'Done, 1001 tasks' }));
    // It is far below what was in sight of its column; the field is ready for the next one.
    await becomes(() => card(page, 'The last crate').evaluate((link) => {
      const { top, bottom } = link.getBoundingClientRect();
      return top > 0 && bottom <= innerHeight;
    }), true);
    await becomes(() => page.getByRole('textbox', { name: 'Title of the new task' }).evaluate((field) => field === document.activeElement && field.value === ''), true);
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox', { name: 'Search the tasks' }).fill('last crate');
    await shown(page.getByRole('region', { name: 'Done, 1 task' }));
    await card(page, 'The last crate').focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await shown(page.getByRole('region', { name: 'In review, 1 task' }));
    await page.getByRole('searchbox', { name: 'Search the tasks' }).fill('');
    await shown(page.getByRole('region', { name: 'In review, 1001 tasks' }));
    return `search there and back ${searched} ms`;
  });
}
