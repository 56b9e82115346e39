// What is scrolled: a long board, and a long session of an agent.
import { join } from 'node:path';
import { until } from '../e2e/expect.mjs';

const TASKS = 10_000;
const ENTRIES = 100_000;
/** The last part of the session looks like work: prose, code, commands, diffs. */
const STEPS = 600;
const ENTRIES_OF_STEP = 7;
const WRITERS = 16;
const PATIENCE_MS = 300_000;
const STATUSES = ['todo', 'todo', 'todo', 'todo', 'todo', 'todo', 'in_progress', 'in_review', 'done', 'cancelled'];
/** How many of the tasks are in the column that is scrolled. */
export const SHARE_TO_DO = STATUSES.filter((status) => status === 'todo').length / STATUSES.length;
const PRIORITIES = ['none', 'low', 'medium', 'high', 'urgent'];

/** Returns the board's address, and how many tasks it has. */
export async function fillBoard({ instance, quick }) {
  const { api } = instance;
  const project = await api.project('Warehouse');
  const tasks = quick ? TASKS / 10 : TASKS;
  let next = 0;
  const write = async () => {
    for (let n = next++; n < tasks; n = next++)
      await api.task(project.id, {
        title: n % 3 === 0 ? `Crate ${n} stands in the way of the crates behind it, which nobody can reach` : `Crate ${n}`,
        description: `Stands at **${n % 97}**, below \`shelf ${n % 13}\`.`,
        status: STATUSES[n % STATUSES.length],
        priority: PRIORITIES[n % PRIORITIES.length],
        labels: [`aisle ${n % 7}`, `floor ${n % 3}`].slice(0, n % 3),
      });
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  return { path: `/projects/${project.id}`, tasks };
}

/** Returns the workspace's address, and how many entries its session has, about. */
export async function fillTranscript({ instance, programs, repository, quick }) {
  const { api } = instance;
  const project = await api.project('Mill', repository.path);
  const task = await api.task(project.id, { title: 'Grind the grain' });
  const entries = quick ? ENTRIES / 10 : ENTRIES;
  const calls = entries - STEPS * ENTRIES_OF_STEP;
  const work = Array.from({ length: STEPS }, (_, n) => step(n)).join('\n');
  const workspace = await api.post(`/tasks/${task.id}/workspaces`, {
    agent: { id: 'acp', command: [join(programs, 'switchyard-scripted-agent')] },
    prompt: `[[say Here they come.]] [[flood-tools ${calls}]]\n${work}\n[[say That was all.]]`,
  });
  await until(
    'the session is at its end',
    async () => {
      const { items } = await api.get(`/workspaces/${workspace.id}/sessions`);
      return items[0]?.status === 'idle';
    },
    PATIENCE_MS,
  );
  return { path: `/projects/${project.id}/tasks/${task.id}/workspaces/${workspace.id}`, entries };
}

function step(n) {
  const told = `## Step ${n}\n\nThe hopper **empties** through \`gate_${n % 7}\`, so the stones have to be *lifted* first:\n\n- stop the wheel\n- lift the runner stone\n- open the gate\n\n\`\`\`rust\nfn lift(stone: &mut Stone) -> Result<(), Stuck> {\n    stone.height += ${n};\n    Ok(())\n}\n\`\`\`\n\nThen it grinds again.`;
  const file = `//! Stone ${n}.\n\nconst HEIGHT: u32 = ${n};\n\npub fn lift() -> u32 {\n    HEIGHT + 1\n}\n`;
  return `[[think The stone of step ${n} may be stuck.]] [[say ${told}]] [[write src/stone_${n % 20}.rs|${file}]] [[flood-tools 3]]`;
}
