import type { AgentSpec } from '@/shared/api/types';

const KEY = 'switchyard.last-agent';

/** The agent that was started last from this browser: what a form offers first. */
export const lastAgent = {
  get(): AgentSpec | null {
    try {
      const spec: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
      return typeof spec === 'object' && spec !== null && 'id' in spec ? (spec as AgentSpec) : null;
    } catch {
      return null;
    }
  },
  set: (spec: AgentSpec): void => localStorage.setItem(KEY, JSON.stringify(spec)),
};
