import { becomes, gone, shown } from '../expect.mjs';
import { composer, approvalBar, sessionBecomes, transcript } from '../steps/workspace.mjs';

export const title = 'A permission request that nobody answers';

const DAY = 24 * 3600;

export default async function unanswered({ scenario, instance: start, browser, small, scriptedAgent }) {
  const instance = await start();
  const repository = small(instance, 'harbour', { 'README.md': '# Harbour\n' });
  const project = await instance.api.project('Harbour', repository.path);
  const task = await instance.api.task(project.id, { title: 'Plan the ferries' });
  const workspace = await instance.api.post(`/tasks/${task.id}/workspaces`, { agent: { id: 'acp', command: [scriptedAgent] }, prompt: '[[ask Delete the old schedule]] [[say It is gone.]]' });
  const path = `/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}`;
  const first = await browser.window(instance);
  const page = await first.open(path);
  const pending = () => instance.api.all('/approvals?status=pending');
  const signIn = async () => {
    await page.goto(await instance.freshAddress());
    await page.waitForFunction(() => location.hash === '');
  };

  await scenario('waits for less than a day without being given up', async () => {
    await sessionBecomes(page, 'Needs approval');
    await shown(approvalBar(page));
    first.expectOutage();
    first.expectRefusals(401);
    const [approval] = await pending();
    await instance.kill9();
    instance.letPass('approvals', 'created_at', approval.id, DAY - 600);
    await instance.start();
    await signIn();
    await page.goto(instance.url + path);
    await sessionBecomes(page, 'Needs approval');
    await shown(approvalBar(page));
  });

  await scenario('is rejected after a day, the agent goes on, and the conversation says why', async () => {
    first.expectOutage();
    first.expectRefusals(401);
    const [approval] = await pending();
    await instance.kill9();
    instance.letPass('approvals', 'created_at', approval.id, 700);
    await instance.start();
    await becomes(async () => (await pending()).length, 0);
    await signIn();
    await page.goto(instance.url + path);
    await sessionBecomes(page, 'Idle');
    await gone(approvalBar(page));
    await shown(transcript(page).getByText('Delete the old schedule'));
    await shown(transcript(page).getByText('— nobody answered in time'));
    await gone(transcript(page).getByText('It is gone.', { exact: true }));
  });

  await scenario('is listed among the approvals, with the way to its conversation', async () => {
    await page.goto(`${instance.url}/approvals`);
    const list = page.getByRole('region', { name: 'Not answered in time' });
    await shown(list.getByRole('link', { name: 'Delete the old schedule' }));
    await list.getByRole('link', { name: 'Delete the old schedule' }).click();
    await shown(transcript(page).getByText('— nobody answered in time'));
    await shown(composer(page));
  });
}
