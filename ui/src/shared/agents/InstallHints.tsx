import { useQuery } from '@tanstack/react-query';
import { agentsQuery } from '@/shared/api/instance';
import { CopyButton } from '@/shared/ui/CopyButton';

/** How to get the agents that are not on this machine. */
export function InstallHints() {
  const { data: agents = [] } = useQuery(agentsQuery());
  const missing = agents.filter((agent) => !agent.installed && agent.install_hint !== '');
  if (missing.length === 0) return null;
  return (
    <details className="text-sm text-muted">
      <summary className="w-fit rounded-sm hover:text-fg">
        {missing.length} more {missing.length === 1 ? 'agent' : 'agents'} can be installed
      </summary>
      <ul className="mt-1.5 flex flex-col gap-1">
        {missing.map((agent) => (
          <li key={agent.id} className="flex items-center gap-2">
            <span className="w-28 shrink-0 truncate">{agent.name}</span>
            <code className="min-w-0 flex-1 truncate rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-xs" title={agent.install_hint}>
              {agent.install_hint}
            </code>
            <CopyButton text={agent.install_hint} label={`Copy the command that installs ${agent.name}`} />
          </li>
        ))}
      </ul>
    </details>
  );
}
