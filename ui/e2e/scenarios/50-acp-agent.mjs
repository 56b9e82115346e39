import assert from 'node:assert/strict';
import { becomes, gone, pause, shown, until } from '../expect.mjs';
import { card, openTask, panel } from '../steps/board.mjs';
import { approvalBar, conversation, composer, say, sessionBecomes, startAgent, transcript } from '../steps/workspace.mjs';

export const title = 'An agent that speaks the Agent Client Protocol';

const FIRST_PROMPT = [
  '[[think The tide table comes first.]]',
  '[[plan Read the tide table|Write the schedule|Run the tests]]',
  '[[say I write the **schedule** now.]]',
  '[[write docs/schedule.md|# Schedule\n\nHigh water at six.\n]]',
  '[[shell ls docs]]',
  '[[usage 12000|200000|0.12]]',
  '[[ask Run the test suite]]',
  '[[say All green.]]',
].join(' ');

const LINES = 80;
const numbers = Array.from({ length: LINES }, (_, i) => i + 1);
const NUMBERED = numbers.map((n) => `[[say n${n} ]] [[sleep 60]]`).join(' ');
const EXPECTED = numbers.map((n) => `n${n}`);
const numbersIn = (text) => text.match(/\bn\d+\b/g) ?? [];

export default async function acpAgent({ scenario, instance: start, browser, small, scriptedAgent }) {
  const instance = await start();
  const repository = small(instance, 'harbour', { 'README.md': '# Harbour\n', 'docs/tides.md': 'Low, high, low, high.\n' });
  const project = await instance.api.project('Harbour', repository.path);
  await instance.api.task(project.id, { title: 'Plan the ferries', description: 'Twice a day.' });
  const window = await browser.window(instance);
  const page = await window.open(`/projects/${project.id}`);
  let session;
  /** What stands in the transcript below the last prompt. */
  const lastAnswer = async () => {
    const text = await transcript(page).innerText();
    return text.slice(text.lastIndexOf(']]'));
  };

  await scenario('messages, a thought, the plan, and tool calls with diff and output stand in the transcript', async () => {
    await openTask(page, 'Plan the ferries');
    const workspaceId = await startAgent(page, { kind: 'acp', command: scriptedAgent, prompt: FIRST_PROMPT });
    [session] = await until('the session is there', async () => {
      const { items } = await instance.api.get(`/workspaces/${workspaceId}/sessions`);
      return items.length > 0 && items;
    });
    const log = transcript(page);
    await shown(log.getByRole('button', { name: /^Thought/ }), 30_000);
    await shown(log.getByRole('list', { name: 'Plan' }).getByText('Write the schedule'));
    await shown(log.getByText('I write the schedule now.'));
    await shown(log.getByRole('button', { name: /Write docs\/schedule\.md/ }));
    await shown(log.getByText('High water at six.'));
    await log.getByRole('button', { name: /^ls docs/ }).click();
    await shown(log.getByText('schedule.md', { exact: false }));
    await shown(conversation(page).getByText(/12(\.0)?\s?k/i));
  });

  await scenario('its request for permission is answered by a button, and it goes on', async () => {
    await sessionBecomes(page, 'Needs approval');
    await shown(page.getByRole('link', { name: /Approvals.*1/ }));
    assert.equal(await transcript(page).getByText('All green.', { exact: true }).count(), 0);
    await approvalBar(page).getByRole('button', { name: 'Allow', exact: false }).first().click();
    await shown(transcript(page).getByText('All green.', { exact: true }));
    await sessionBecomes(page, 'Idle');
    await gone(approvalBar(page));
  });

  await scenario('a message sent while it works waits, and is delivered when the turn ends; another is taken back', async () => {
    await say(page, '[[sleep 2500]] [[say The first is done.]]');
    await sessionBecomes(page, 'Running');
    await say(page, '[[say This waited.]]');
    await say(page, '[[say Never said.]]');
    const queue = conversation(page).getByRole('list', { name: 'Queued messages' });
    await queue.getByRole('listitem').filter({ hasText: 'Never said.' }).getByRole('button', { name: 'Take the message back' }).click();
    await becomes(() => queue.getByRole('listitem').count(), 1);
    await shown(transcript(page).getByText('The first is done.', { exact: true }));
    await shown(transcript(page).getByText('This waited.', { exact: true }));
    await gone(queue);
    const text = await transcript(page).innerText();
    assert.ok(text.lastIndexOf('This waited.') > text.lastIndexOf('The first is done.'));
    assert.doesNotMatch(text, /Never said/);
  });

  await scenario('a permission is answered in the inbox from another page, with one key', async () => {
    await say(page, '[[ask Delete the old schedule]] [[say It is gone.]]');
    await sessionBecomes(page, 'Needs approval');
    const workspaceUrl = page.url();
    await page.getByRole('link', { name: /^Approvals/ }).click();
    await shown(page.getByRole('heading', { level: 1, name: 'Approvals' }));
    await shown(page.getByText('Delete the old schedule'));
    await page.keyboard.press('1');
    await gone(page.getByText('Delete the old schedule'));
    await page.goto(workspaceUrl);
    await shown(transcript(page).getByText('It is gone.', { exact: true }));
  });

  await scenario('it is stopped, and a message resumes it with what it knew', async () => {
    await say(page, '[[say I begin.]] [[hang]]');
    await sessionBecomes(page, 'Running');
    await shown(transcript(page).getByText('I begin.', { exact: true }));
    await conversation(page).getByRole('button', { name: /^Stop the agent/ }).click();
    await sessionBecomes(page, 'Stopped');
    await becomes(() => composer(page).isEnabled(), true);
    await say(page, '[[say Before this I heard: ]] [[echo-history]]');
    // Its own first prompt, told by the agent itself.
    await shown(transcript(page).getByText(/Before this I heard: \[\[think The tide table/), 30_000);
    await sessionBecomes(page, 'Idle');
  });

  await scenario('the server is killed while the agent works; after the restart the page says that it must sign in anew', async () => {
    await say(page, NUMBERED);
    await shown(transcript(page).getByText(/\bn5\b/).last());
    window.expectOutage();
    window.expectRefusals(401);
    await instance.kill9();
    await shown(conversation(page).getByText('reconnecting…'));
    await pause(1_000);
    await instance.start();
    await shown(page.getByRole('heading', { name: 'This window is not connected to Switchyard' }));
  });

  await scenario('the new address, opened in another window, connects the page again: no line is lost or doubled', async () => {
    // An attempt to reconnect may still be on its way.
    window.expectRefusals(401);
    const other = await window.another();
    await other.goto(instance.address);
    await shown(card(other, 'Plan the ferries'));
    await other.close();
    await shown(transcript(page).getByText(new RegExp(`\\bn${LINES}\\b`)).last(), 30_000);
    await sessionBecomes(page, 'Idle');
    const entries = await instance.api.get(`/sessions/${session.id}/entries?limit=1000`);
    const lastTurn = Math.max(...entries.items.map(({ turn }) => turn));
    const spoken = entries.items.filter(({ kind, turn }) => kind === 'agent_message' && turn === lastTurn);
    assert.deepEqual(numbersIn(spoken.map(({ text }) => text).join('')), EXPECTED);
    assert.deepEqual(entries.items.map(({ seq }) => seq), entries.items.map((_, i) => entries.items[0].seq + i));
    assert.deepEqual(numbersIn(await lastAnswer()), EXPECTED);
    await page.reload();
    await shown(transcript(page).getByText(new RegExp(`\\bn${LINES}\\b`)).last());
    assert.deepEqual(numbersIn(await lastAnswer()), EXPECTED);
  });

  await scenario('the card on the board tells how the agent is doing', async () => {
    await say(page, '[[ask Ring the bell]]');
    await sessionBecomes(page, 'Needs approval');
    await page.goto(`${instance.url}/projects/${project.id}`);
    await shown(card(page, 'Plan the ferries').locator('..').getByText('Needs approval'));
    await card(page, 'Plan the ferries').click();
    await panel(page).getByRole('link', { name: /plan-the-ferries/ }).click();
    await shown(approvalBar(page));
    await page.keyboard.press('1');
    await sessionBecomes(page, 'Idle');
  });
}
