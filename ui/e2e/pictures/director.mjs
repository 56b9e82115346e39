// Stands between Switchyard and the scripted agent, so that a picture shows a prompt as a person writes it:
// `director.mjs SCRIPT AGENT`. The script is JSON, [{"when": "words of the prompt", "do": "directives"}].
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [script, agent] = process.argv.slice(2);
const scenes = JSON.parse(readFileSync(script, 'utf8'));
const child = spawn(agent, { stdio: ['pipe', 'inherit', 'inherit'] });
child.on('exit', (code) => process.exit(code ?? 1));

function directed(line) {
  const message = JSON.parse(line);
  if (message.method !== 'session/prompt') return line;
  const text = message.params.prompt.map((block) => block.text ?? '').join('\n');
  const scene = scenes.find(({ when }) => text.includes(when));
  if (scene) message.params.prompt = [{ type: 'text', text: scene.do }];
  return JSON.stringify(message);
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => child.stdin.write(`${directed(line)}\n`));
lines.on('close', () => child.stdin.end());
