import type { Agent, AgentSpec } from '@/shared/api/types';
import { COMMAND, CUSTOM_ACP } from './spec';

const canStart = (spec: AgentSpec, catalogue: readonly Agent[]): boolean =>
  spec.id === COMMAND || spec.id === CUSTOM_ACP || (catalogue.find((agent) => agent.id === spec.id)?.installed ?? false);

/** The first of the wished-for agents that can be started here; else any that is installed; else a command. */
export function firstChoice(wishes: readonly (AgentSpec | null | undefined)[], catalogue: readonly Agent[]): AgentSpec {
  const wish = wishes.find((spec) => spec && canStart(spec, catalogue));
  const installed = catalogue.find((agent) => agent.installed && agent.id !== COMMAND && agent.id !== CUSTOM_ACP);
  return wish ?? (installed ? { id: installed.id } : { id: COMMAND, command: '' });
}
