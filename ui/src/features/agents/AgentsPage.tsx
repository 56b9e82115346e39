import { useQuery } from '@tanstack/react-query';
import { CircleCheck, ExternalLink, RefreshCw } from 'lucide-react';
import { agentsQuery } from '@/shared/api/instance';
import type { Agent } from '@/shared/api/types';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { CopyButton } from '@/shared/ui/CopyButton';
import { PageBody, PageHeader, Section } from '@/shared/ui/Page';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';

/** The known agents: which are on this machine, and how to get the others. */
export function AgentsPage() {
  const { data: agents, error, refetch, isFetching } = useQuery(agentsQuery());
  const installed = agents?.filter((agent) => agent.installed) ?? [];
  const missing = agents?.filter((agent) => !agent.installed) ?? [];
  return (
    <>
      <PageHeader title="Agents">
        <Button size="sm" variant="ghost" busy={isFetching} onClick={() => void refetch()}>
          <RefreshCw size={13} /> Look again
        </Button>
      </PageHeader>
      <PageBody>
        {error ? <ErrorState title="The agents could not be listed" error={error} onRetry={() => void refetch()} /> : null}
        {!agents && !error ? <SkeletonLines lines={6} label="Looking for agents" /> : null}
        {installed.length > 0 ? (
          <Section title="On this machine" description="Ready to be started on a task.">
            <AgentList agents={installed} />
          </Section>
        ) : null}
        {missing.length > 0 ? (
          <Section title="Not installed" description="Run the command in a terminal, then look again. Switchyard never installs anything by itself.">
            <AgentList agents={missing} />
          </Section>
        ) : null}
      </PageBody>
    </>
  );
}

const AgentList = ({ agents }: { agents: Agent[] }) => (
  <ul className="divide-y rounded-lg border bg-surface">
    {agents.map((agent) => (
      <li key={agent.id} className="flex flex-col gap-2 px-4 py-3">
        <div className="flex items-center gap-2">
          <h3 className="font-medium">{agent.name}</h3>
          {agent.installed ? (
            <Badge tone="success">
              <CircleCheck size={11} /> Installed
            </Badge>
          ) : null}
          {agent.version ? <span className="text-sm text-faint">{agent.version}</span> : null}
          {agent.website ? (
            <a
              href={agent.website}
              target="_blank"
              rel="noopener noreferrer"
              className="ml-auto flex items-center gap-1 text-sm text-muted hover:text-fg"
              aria-label={`Website of ${agent.name}`}
            >
              Website <ExternalLink size={12} />
            </a>
          ) : null}
        </div>
        {agent.kind === 'command' ? <p className="text-muted">Any command line, run in the worktree. Its output is the transcript; it needs nothing installed.</p> : null}
        {!agent.installed && agent.install_hint ? (
          <div className="flex items-center justify-between gap-2 rounded-md border bg-sunken py-0.5 pr-0.5 pl-2.5">
            <code className="min-w-0 py-1 font-mono text-sm [overflow-wrap:anywhere]">{agent.install_hint}</code>
            <CopyButton text={agent.install_hint} label={`Copy how to install ${agent.name}`} />
          </div>
        ) : null}
      </li>
    ))}
  </ul>
);
