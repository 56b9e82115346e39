import { exitSentence } from '@/shared/api/terminals';
import type { Terminal } from '@/shared/api/types';
import type { AttachmentState } from './stream/attachment';

export interface Ending {
  text: string;
  /** What can be done, or what is lost. */
  advice?: string;
  /** A program that ended by itself, as it should, or that a person ended. */
  isCalm: boolean;
}

/** What stands for a kind of terminal in sentences. */
const WORDS: Record<Terminal['kind'], { program: string; again: string }> = {
  shell: { program: 'shell', again: 'Restart gives you a new shell.' },
  dev_server: { program: 'dev server', again: 'Restart starts it again.' },
};

/** Ended with Ctrl-C. */
const INTERRUPTED = 130;

/** Why a terminal takes no input any more, in words; null while it does. */
export function endingOf(state: AttachmentState, kind: Terminal['kind']): Ending | null {
  if (state.is === 'gone') return { text: 'This terminal does not exist any more.', isCalm: true };
  if (state.is !== 'closed') return null;
  const { program, again } = WORDS[kind];
  switch (state.reason) {
    case 'idle':
      return { text: 'Closed because nothing happened in it for long.', advice: `${again} PTY_SESSION_TIMEOUT_SECS of the server says how long is long.`, isCalm: true };
    case 'lost':
      return { text: `The part of Switchyard that runs terminals was stopped, and this ${program} with it.`, advice: `The files are as they were. ${again}`, isCalm: false };
    case 'closed':
      return { text: 'This terminal was closed in another window.', isCalm: true };
    default: {
      const code = state.exitCode;
      const isCalm = code === null || code === 0 || (kind === 'dev_server' && code === INTERRUPTED);
      return { text: exitSentence(`The ${program}`, code), isCalm };
    }
  }
}
