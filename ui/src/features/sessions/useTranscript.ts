import { useEffect, useMemo } from 'react';
import type { Session } from '@/shared/api/types';
import { COMMAND } from '@/shared/agents/spec';
import { transcriptOf, type LiveTranscript } from './transcript/live';

/** The output of a plain command is a terminal's; agents that speak the protocol write markdown. */
export const isPlainText = (session: Pick<Session, 'agent'>): boolean => session.agent.id === COMMAND;

/** A session's transcript, live while the component is mounted. */
export function useTranscript(session: Session): LiveTranscript {
  const plain = isPlainText(session);
  const live = useMemo(() => transcriptOf(session.id, plain), [session.id, plain]);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return live;
}
