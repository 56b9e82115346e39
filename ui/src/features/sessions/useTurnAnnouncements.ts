import { useEffect, useRef } from 'react';
import { isBusy } from '@/shared/api/sessions';
import type { Session } from '@/shared/api/types';
import { announce } from '@/shared/ui/announce';
import { stripAnsi } from './ansi/parse';
import type { LiveTranscript } from './transcript/live';

const SPOKEN_CHARS = 300;

/** Reads the agent's last words aloud when its turn ends; each chunk on its own would be noise. */
export function useTurnAnnouncements(session: Session, live: LiveTranscript): void {
  const busy = isBusy(session.status);
  const wasBusy = useRef(busy);
  useEffect(() => {
    if (wasBusy.current && !busy) {
      const said = live.state.get().rows.findLast((row) => row.kind === 'message');
      announce(`The agent's turn ended. ${said?.kind === 'message' ? stripAnsi(said.text).slice(0, SPOKEN_CHARS) : ''}`);
    }
    wasBusy.current = busy;
  }, [busy, live]);
}
