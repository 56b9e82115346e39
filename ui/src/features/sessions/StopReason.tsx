import { CircleStop } from 'lucide-react';
import type { Session } from '@/shared/api/types';

/** Why a session was stopped by nobody who talks to it; nothing where somebody did. */
export function StopReason({ session }: { session: Pick<Session, 'status' | 'status_detail'> }) {
  if (session.status !== 'stopped' || !session.status_detail) return null;
  return (
    <p role="status" className="flex shrink-0 items-start gap-2 border-t bg-warning-soft px-4 py-2 text-sm text-warning">
      <CircleStop size={14} className="mt-0.5 shrink-0" />
      <span>{session.status_detail}</span>
    </p>
  );
}
