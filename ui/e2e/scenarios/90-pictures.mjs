import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PHONE } from '../browser.mjs';
import { pause, shown, until } from '../expect.mjs';
import { wheel } from '../measure.mjs';
import { FILES, SCENES, TASKS } from '../pictures/content.mjs';
import { card } from '../steps/board.mjs';
import { enter, openTerminals, screen, showsText, withoutWebgl } from '../steps/terminal.mjs';
import { approvalBar, changes, commentOn, conversation, sessionBecomes, showPart, transcript } from '../steps/workspace.mjs';

export const title = 'Pictures of the product';

const MOST_BYTES = 300 * 1024;
const PNG_SIGNATURE = '89504e470d0a1a0a';
const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** `SWITCHYARD_SCREENSHOTS` names the folder that keeps them, from the root of the repository; without it they are only tried. */
function folderFor(stageFolder) {
  const wanted = process.env.SWITCHYARD_SCREENSHOTS;
  const folder = wanted ? resolve(REPOSITORY, wanted) : stageFolder;
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Puts an agent named `coder` into the path: the scripted one, with prompts as people write them. */
function installCoder(instance, scriptedAgent) {
  mkdirSync(instance.bin, { recursive: true });
  const script = join(instance.bin, 'scenes.json');
  writeFileSync(script, JSON.stringify(SCENES));
  const program = join(instance.bin, 'coder');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${resolve(import.meta.dirname, '../pictures/director.mjs')}' '${script}' '${scriptedAgent}'\n`);
  chmodSync(program, 0o755);
}

async function fill(instance, repository) {
  const made = await instance.api.project('Pantry', repository.path);
  const columns = made.settings.columns.map((column) => ({ ...column, hidden: column.status === 'cancelled' }));
  const project = await instance.api.patch(`/projects/${made.id}`, made.version, { settings: { ...made.settings, columns } });
  const config = await instance.api.get('/config');
  await instance.api.patch('/config', config.version, { git_author: { name: 'Robin Cook', email: 'robin@example.org' } });
  const workspaces = {};
  for (const { agent, ...content } of TASKS) {
    const task = await instance.api.task(project.id, content);
    if (!agent) continue;
    const prompt = [content.title, content.description].filter(Boolean).join('\n\n');
    const workspace = await instance.api.post(`/tasks/${task.id}/workspaces`, { agent: { id: 'acp', command: ['coder'] }, prompt });
    workspaces[agent] = { ...workspace, status: content.status, path: `/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}` };
  }
  return { project, workspaces };
}

/** Moves the line between the conversation and the changes. */
async function giveRoomToTheRight(page) {
  await page.getByRole('button', { name: 'Hide the sidebar' }).click();
  await page.getByRole('separator').focus();
  for (let i = 0; i < 5; i += 1) await page.keyboard.press('ArrowLeft');
}

export default async function pictures({ scenario, instance: start, browser, small, scriptedAgent, folder: stageFolder }) {
  const instance = await start();
  installCoder(instance, scriptedAgent);
  const repository = small(instance, 'pantry', FILES);
  const folder = folderFor(stageFolder);
  const { project, workspaces } = await fill(instance, repository);

  async function take(page, name) {
    // Fonts and late chunks are in when nothing is asked for any more.
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await page.mouse.move(0, 0);
    await pause(150);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    assert.equal(readFileSync(path).subarray(0, 8).toString('hex'), PNG_SIGNATURE);
    const { size } = statSync(path);
    assert.ok(size < MOST_BYTES, `${name}.png has ${size} bytes`);
  }

  await scenario('the agents are at their places', async () => {
    const states = { search: 'running', rank: 'idle', limit: 'waiting_approval', lazy: 'waiting_approval', settings: 'idle' };
    for (const [name, state] of Object.entries(states)) {
      await until(`the session of ${name} is ${state}`, async () => {
        const { items } = await instance.api.get(`/workspaces/${workspaces[name].id}/sessions`);
        return items[0]?.status === state;
      }, 40_000);
      // An agent's start and end may move its task; the picture wants it where it was put.
      const task = await instance.api.get(`/tasks/${workspaces[name].task_id}`);
      if (task.status !== workspaces[name].status) await instance.api.patch(`/tasks/${task.id}`, task.version, { status: workspaces[name].status });
    }
  });

  await scenario('the review has comments', async () => {
    const page = await (await browser.window(instance)).open(`${workspaces.rank.path}?tab=changes`);
    await commentOn(page, 'if (title.includes(word)) score += 3', 'Give the weights names, so that one sees what is tuned here.');
    await commentOn(page, 'else return 0', 'Say in the doc comment that every word must be found.');
  });

  for (const theme of ['light', 'dark']) {
    await scenario(`${theme}: board, session, approval, settings, review`, async () => {
      const page = await (await browser.window(instance, { theme })).open(`/projects/${project.id}`);
      await shown(card(page, TASKS[0].title));
      await shown(page.getByText('Needs approval'));
      await take(page, `board-${theme}`);

      await page.goto(`${instance.url}${workspaces.search.path}`);
      await shown(transcript(page).getByText('The tests are next.'));
      await sessionBecomes(page, 'Running');
      await showPart(page, 'Changes');
      await shown(changes(page).getByText('scoreOf').first());
      await take(page, `session-${theme}`);

      await page.goto(`${instance.url}${workspaces.limit.path}`);
      await shown(approvalBar(page));
      await shown(transcript(page).getByText('sliding window'));
      await take(page, `approval-${theme}`);

      await page.goto(`${instance.url}/settings`);
      await shown(page.getByLabel('Branch prefix'));
      await take(page, `settings-${theme}`);

      // The last: the page remembers the room that is given here.
      await page.goto(`${instance.url}${workspaces.rank.path}?tab=changes`);
      await giveRoomToTheRight(page);
      await changes(page).getByRole('treeitem', { name: /search\.ts/ }).click();
      await shown(changes(page).getByRole('article').first());
      await wheel(page, changes(page).getByRole('region', { name: 'Changed files' }), 2, 120);
      await take(page, `review-${theme}`);
    });

    await scenario(`${theme}: a terminal below a session`, async () => {
      const window = await browser.window(instance, { theme });
      await withoutWebgl(window.page);
      const page = await window.open(`${workspaces.rank.path}?tab=changes`);
      // The key works once the page is there.
      await sessionBecomes(page, 'Idle');
      await openTerminals(page);
      await enter(page, "PS1='\\[\\e[32m\\]pantry\\[\\e[0m\\] $ '; PROMPT_COMMAND=; clear");
      await showsText(screen(page), /^pantry \$$/m);
      await enter(page, 'git -c color.status=always status --short --branch');
      await showsText(screen(page), '## ');
      await enter(page, 'git diff --color --stat; echo done');
      await showsText(screen(page), /^done$/m);
      await take(page, `terminal-${theme}`);
    });

    await scenario(`${theme}: board and session on a phone`, async () => {
      const phone = await (await browser.window(instance, { theme, size: PHONE, options: { deviceScaleFactor: 2 } })).open(`/projects/${project.id}`);
      await shown(card(phone, TASKS[0].title));
      await take(phone, `board-phone-${theme}`);
      await phone.goto(`${instance.url}${workspaces.search.path}`);
      await shown(conversation(phone));
      await shown(transcript(phone).getByText('The tests are next.'));
      await take(phone, `session-phone-${theme}`);
    });
  }
}
