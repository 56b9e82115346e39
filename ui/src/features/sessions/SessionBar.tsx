import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ListChecks, Plus, WifiOff } from 'lucide-react';
import { agentName, agentTitle } from '@/shared/agents/spec';
import { SessionPill } from '@/shared/agents/SessionPill';
import { agentsQuery } from '@/shared/api/instance';
import type { Session, Uuid } from '@/shared/api/types';
import { useStore } from '@/shared/hooks/createStore';
import { ForWriters } from '@/shared/identity/ForWriters';
import { Button, IconButton } from '@/shared/ui/Button';
import { Menu, MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { Popover } from '@/shared/ui/Popover';
import { relativeText } from '@/shared/ui/RelativeTime';
import { PlanList } from './rows/PlanList';
import type { LiveTranscript } from './transcript/live';
import { UsageMeter } from './UsageMeter';

interface SessionBarProps {
  session: Session;
  sessions: readonly Session[];
  live: LiveTranscript;
  onSession: (id: Uuid) => void;
  onNewSession: () => void;
}

/** Which session is shown and how it is doing: agent, state, plan, tokens. */
export function SessionBar({ session, sessions, live, onSession, onNewSession }: SessionBarProps) {
  const { data: agents } = useQuery(agentsQuery());
  const usage = useStore(live.state, (state) => state.usage) ?? session.usage;
  const plan = useStore(live.state, (state) => state.plan);
  const offline = useStore(live.state, (state) => state.connection === 'offline');
  const done = plan.filter((item) => item.status === 'completed').length;

  return (
    <div className="flex h-9 shrink-0 items-center gap-1.5 border-b px-2">
      <Menu
        trigger={
          <Button
            size="sm"
            variant="ghost"
            className="min-w-14 shrink! justify-start text-fg"
            title={[agentTitle(session.agent, agents), session.title].filter(Boolean).join('\n')}
          >
            <span className="min-w-0 truncate">{agentName(session.agent, agents)}</span>
            {session.title && sessions.length > 1 ? <span className="min-w-0 shrink-[3] truncate font-normal text-faint @max-md:hidden">{session.title}</span> : null}
            <ChevronDown size={13} className="shrink-0 text-faint" />
          </Button>
        }
      >
        {sessions.map((each) => (
          <MenuItem key={each.id} checked={each.id === session.id} onSelect={() => onSession(each.id)}>
            <span className="block max-w-80 truncate">
              {agentName(each.agent, agents)} <span className="text-sm text-faint">· {relativeText(each.created_at, Date.now())}</span>
              {each.title ? <span className="text-sm text-faint"> · {each.title}</span> : null}
            </span>
          </MenuItem>
        ))}
        <ForWriters>
          <MenuSeparator />
          <MenuItem icon={<Plus size={14} />} onSelect={onNewSession}>
            New session…
          </MenuItem>
        </ForWriters>
      </Menu>
      <SessionPill status={session.status} {...(session.status_detail ? { title: session.status_detail } : {})} />
      {offline ? (
        <span role="status" className="flex shrink-0 items-center gap-1 text-sm text-warning" title="The connection is lost; it is tried again">
          <WifiOff size={12} /> <span className="@max-md:sr-only">reconnecting…</span>
        </span>
      ) : null}
      <span className="flex-1" />
      {plan.length > 0 ? (
        <Popover
          label="Plan"
          align="end"
          className="max-h-80 w-80 max-w-[90vw] overflow-y-auto p-3"
          trigger={
            <Button size="sm" variant="ghost" title="The agent's plan">
              <ListChecks size={13} />
              <span className="tabular-nums">
                {done}/{plan.length}
              </span>
            </Button>
          }
        >
          <PlanList items={plan} />
        </Popover>
      ) : null}
      {usage ? <UsageMeter usage={usage} /> : null}
      <ForWriters>
        <IconButton label="New session" className="@max-sm:hidden" onClick={onNewSession}>
          <Plus size={14} />
        </IconButton>
      </ForWriters>
    </div>
  );
}
