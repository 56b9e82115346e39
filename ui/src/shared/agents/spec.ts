import type { Agent, AgentSpec } from '@/shared/api/types';

/** An agent that speaks the protocol, started by a command line of one's own. */
export const CUSTOM_ACP = 'acp';
/** Any command line: its output is the transcript. */
export const COMMAND = 'command';

/** Splits a command line into program and arguments; quotes keep blanks together. */
export function splitCommand(line: string): string[] {
  const parts = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return parts.map((part) => part.replace(/^(["'])(.*)\1$/, '$2'));
}

export const commandText = (spec: AgentSpec): string => (Array.isArray(spec.command) ? spec.command.map((part) => (/\s/.test(part) ? `"${part}"` : part)).join(' ') : (spec.command ?? ''));

/** How an agent is called where it is shown. */
export function agentName(spec: AgentSpec, catalogue: readonly Agent[] = []): string {
  if (spec.id === CUSTOM_ACP && Array.isArray(spec.command)) return spec.command[0]?.split(/[\\/]/).at(-1) || 'Command';
  if (spec.id === COMMAND || spec.id === CUSTOM_ACP) return commandText(spec) || 'Command';
  return catalogue.find((agent) => agent.id === spec.id)?.name ?? spec.id;
}

/** True when the spec has all that a start needs. */
export const isComplete = (spec: AgentSpec | null): boolean => spec !== null && ((spec.id !== COMMAND && spec.id !== CUSTOM_ACP) || commandText(spec).trim() !== '');
