import type { Approval, FeedEvent, Session, SessionStatus, Uuid } from '@/shared/api/types';
import { isBusy } from '@/shared/api/sessions';

/** Something that a person who looks elsewhere wants to hear of. */
export type News = { kind: 'asked' | 'expired'; approval: Approval } | { kind: 'ended'; session: Session };

/** Tells news from the stream of changes: each question once, that nobody answered it, and the end of each turn. */
export function newsReader(): (event: FeedEvent) => News | null {
  const lastStatus = new Map<Uuid, SessionStatus>();
  const told = new Set<string>();
  return (event) => {
    if (event.type.startsWith('approval.')) {
      const approval = event.data as Approval | null;
      if (approval?.status !== 'pending' && approval?.status !== 'expired') return null;
      const news = `${approval.status} ${event.id}`;
      if (told.has(news)) return null;
      told.add(news);
      return { kind: approval.status === 'pending' ? 'asked' : 'expired', approval };
    }
    if (event.type.startsWith('session.')) {
      const session = event.data as Session | null;
      if (!session) return null;
      const before = lastStatus.get(session.id);
      lastStatus.set(session.id, session.status);
      // Stopped is what a person did; they need not be told.
      const ended = before !== undefined && isBusy(before) && !isBusy(session.status) && session.status !== 'stopped';
      return ended ? { kind: 'ended', session } : null;
    }
    return null;
  };
}
