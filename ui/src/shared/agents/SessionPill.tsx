import { CircleAlert, CircleCheck, CirclePause, CircleStop, Hand, LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SessionStatus } from '@/shared/api/types';
import { Badge, type Tone } from '@/shared/ui/Badge';

const STATES: Record<SessionStatus, { label: string; tone: Tone; icon: ReactNode }> = {
  starting: { label: 'Starting', tone: 'accent', icon: <LoaderCircle size={11} className="animate-spin" /> },
  running: { label: 'Running', tone: 'accent', icon: <LoaderCircle size={11} className="animate-spin" /> },
  waiting_approval: { label: 'Needs approval', tone: 'warning', icon: <Hand size={11} /> },
  idle: { label: 'Idle', tone: 'neutral', icon: <CirclePause size={11} /> },
  stopped: { label: 'Stopped', tone: 'neutral', icon: <CircleStop size={11} /> },
  failed: { label: 'Failed', tone: 'danger', icon: <CircleAlert size={11} /> },
  completed: { label: 'Completed', tone: 'success', icon: <CircleCheck size={11} /> },
};

export const sessionLabel = (status: SessionStatus): string => STATES[status].label;

/** How an agent's session is doing, at a glance. */
export function SessionPill({ status, title }: { status: SessionStatus; title?: string }) {
  const { label, tone, icon } = STATES[status];
  return (
    <Badge tone={tone} {...(title ? { title } : {})}>
      {icon}
      {label}
    </Badge>
  );
}
