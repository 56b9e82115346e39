import { expect, test } from 'vitest';
import type { Agent } from '@/shared/api/types';
import { agentName, agentTitle } from './spec';

test('an agent of the catalogue goes by its name there', () => {
  const catalogue = [{ id: 'claude-code', name: 'Claude Code' }] as Agent[];
  expect(agentName({ id: 'claude-code' }, catalogue)).toBe('Claude Code');
  expect(agentName({ id: 'gone' }, catalogue)).toBe('gone');
});

test('a command goes by its program, and its title tells the whole line', () => {
  const acp = { id: 'acp', command: ['/usr/local/bin/my-agent', '--acp'] };
  expect([agentName(acp), agentTitle(acp)]).toEqual(['my-agent', '/usr/local/bin/my-agent --acp']);
  const command = { id: 'command', command: "MODEL=small ./scripts/fix.sh --all 'two words'" };
  expect([agentName(command), agentTitle(command)]).toEqual(['fix.sh', command.command]);
  expect(agentName({ id: 'command', command: 'true; echo done' })).toBe('true');
  expect(agentName({ id: 'command', command: '' })).toBe('Command');
});
