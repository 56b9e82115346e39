import type { Agent, AgentSpec } from '@/shared/api/types';

/** An agent that speaks the protocol, started by a command line of one's own. */
export const CUSTOM_ACP = 'acp';
/** Any command line: its output is the transcript. */
export const COMMAND = 'command';

/** A variable that a shell command sets before its program. */
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

/** Splits a command line into program and arguments; quotes keep blanks together. */
export function splitCommand(line: string): string[] {
  const parts = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return parts.map((part) => part.replace(/^(["'])(.*)\1$/, '$2'));
}

export const commandText = (spec: AgentSpec): string => (Array.isArray(spec.command) ? spec.command.map((part) => (/\s/.test(part) ? `"${part}"` : part)).join(' ') : (spec.command ?? ''));

const isOwnCommand = (spec: AgentSpec): boolean => spec.id === COMMAND || spec.id === CUSTOM_ACP;

/** How an agent is called where it is shown: a command goes by its program, without the folder. */
export function agentName(spec: AgentSpec, catalogue: readonly Agent[] = []): string {
  if (!isOwnCommand(spec)) return catalogue.find((agent) => agent.id === spec.id)?.name ?? spec.id;
  const words = Array.isArray(spec.command) ? spec.command : splitCommand(spec.command ?? '');
  const program = words.find((word) => !ASSIGNMENT.test(word)) ?? '';
  return program.replace(/[;&|]+$/, '').split(/[\\/]/).at(-1) || 'Command';
}

/** What tells more of an agent than its name: the whole command line of a command. */
export const agentTitle = (spec: AgentSpec, catalogue: readonly Agent[] = []): string => (isOwnCommand(spec) && commandText(spec)) || agentName(spec, catalogue);

/** True when the spec has all that a start needs. */
export const isComplete = (spec: AgentSpec | null): boolean => spec !== null && ((spec.id !== COMMAND && spec.id !== CUSTOM_ACP) || commandText(spec).trim() !== '');
