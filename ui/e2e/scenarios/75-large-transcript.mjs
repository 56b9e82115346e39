import assert from 'node:assert/strict';
import { becomes, shown, until } from '../expect.mjs';
import { framesWhile, heapOf, inWords, nodesIn, wheel } from '../measure.mjs';
import { sessionBecomes, transcript } from '../steps/workspace.mjs';

export const title = 'A transcript of 100,000 entries';

const ENTRIES = 100_000;
const MOST_NODES = 3_000;
const MOST_HEAP_MB = 120;

export default async function largeTranscript({ scenario, instance: start, browser, small, scriptedAgent }) {
  const instance = await start();
  const repository = small(instance, 'mill');
  const project = await instance.api.project('Mill', repository.path);
  const task = await instance.api.task(project.id, { title: 'Grind the grain' });
  let page;
  let session;

  await scenario(`an agent floods a session with ${ENTRIES} tool calls while its page is open`, async () => {
    const workspace = await instance.api.post(`/tasks/${task.id}/workspaces`, {
      agent: { id: 'acp', command: [scriptedAgent] },
      prompt: `[[say Here they come.]] [[flood-tools ${ENTRIES}]] [[say That was all.]]`,
    });
    page = await (await browser.window(instance)).open(`/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}`);
    [session] = await until('the session is there', async () => {
      const { items } = await instance.api.get(`/workspaces/${workspace.id}/sessions`);
      return items.length > 0 && items;
    });
    await shown(transcript(page).getByText('That was all.', { exact: true }), 120_000);
    await sessionBecomes(page, 'Idle');
    assert.ok((await instance.api.get(`/sessions/${session.id}`)).last_seq > ENTRIES);
    const heap = await heapOf(page);
    assert.ok(heap < MOST_HEAP_MB, `${heap.toFixed(0)} MB of heap`);
    return `${heap.toFixed(0)} MB of heap in the page that followed it`;
  }, { patience: 180_000 });

  await scenario('it opens at its end at once', async () => {
    const begun = Date.now();
    await page.reload();
    await shown(transcript(page).getByText('That was all.', { exact: true }));
    return `${Date.now() - begun} ms after a reload`;
  });

  await scenario('it scrolls through thousands of entries while only what is in sight is in the page', async () => {
    const log = transcript(page);
    const frames = await framesWhile(page, () => wheel(page, log, 160, -1_500));
    const nodes = await nodesIn(log);
    assert.ok(nodes < MOST_NODES, `${nodes} nodes`);
    await shown(log.getByText(/^Call \d+$/));
    const heap = await heapOf(page);
    assert.ok(heap < MOST_HEAP_MB, `${heap.toFixed(0)} MB of heap`);
    await page.getByRole('button', { name: /To the end|New messages/ }).click();
    await becomes(() => log.getByText('That was all.', { exact: true }).isVisible(), true);
    return `${inWords(frames)}; ${nodes} nodes; ${heap.toFixed(0)} MB`;
  });

  await scenario('Home leads to its first entry at once, one scrolls on from there, and End leads back', async () => {
    const log = transcript(page);
    await log.focus();
    const begun = Date.now();
    await page.keyboard.press('Home');
    await shown(log.getByText('Here they come.', { exact: true }));
    const home = Date.now() - begun;
    const frames = await framesWhile(page, () => wheel(page, log, 160, 1_500));
    const heap = await heapOf(page);
    assert.ok(heap < MOST_HEAP_MB, `${heap.toFixed(0)} MB of heap`);
    await log.focus();
    await page.keyboard.press('End');
    await becomes(() => log.getByText('That was all.', { exact: true }).isVisible(), true);
    return `Home ${home} ms; ${inWords(frames)}; ${heap.toFixed(0)} MB`;
  });
}
