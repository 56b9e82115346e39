import { CircleStop, Unplug } from 'lucide-react';
import type { Session } from '@/shared/api/types';

/**
 * Why a session was stopped by nobody who talks to it, or why one that is at work is not heard of; nothing otherwise.
 */
export function StopReason({ session }: { session: Pick<Session, 'status' | 'status_detail'> }) {
  const stopped = session.status === 'stopped';
  const atWork = ['starting', 'running', 'waiting_approval'].includes(session.status);
  if (!(stopped || atWork) || !session.status_detail) return null;
  const Icon = stopped ? CircleStop : Unplug;
  return (
    <p role="status" className="flex shrink-0 items-start gap-2 border-t bg-warning-soft px-4 py-2 text-sm text-warning">
      <Icon size={14} className="mt-0.5 shrink-0" />
      <span>{session.status_detail}</span>
    </p>
  );
}
