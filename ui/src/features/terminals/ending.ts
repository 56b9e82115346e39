import type { AttachmentState } from './stream/attachment';

export interface Ending {
  text: string;
  /** What can be done, or what is lost. */
  advice?: string;
  /** A shell that ended by itself, as it should. */
  isCalm: boolean;
}

const SIGNALS: Record<number, string> = { 129: 'hung up', 130: 'interrupted', 131: 'quit', 134: 'aborted', 137: 'killed', 139: 'crashed', 143: 'terminated' };

/** Why a terminal takes no input any more, in words; null while it does. */
export function endingOf(state: AttachmentState): Ending | null {
  if (state.is === 'gone') return { text: 'This terminal does not exist any more.', isCalm: true };
  if (state.is !== 'closed') return null;
  switch (state.reason) {
    case 'idle':
      return { text: 'Closed because nothing happened in it for long.', advice: 'Restart gives you a new shell. PTY_SESSION_TIMEOUT_SECS of the server says how long is long.', isCalm: true };
    case 'lost':
      return { text: 'The part of Switchyard that runs terminals was stopped, and this shell with it.', advice: 'The files are as they were. Restart gives you a new shell.', isCalm: false };
    case 'closed':
      return { text: 'This terminal was closed in another window.', isCalm: true };
    default: {
      const code = state.exitCode;
      if (code === null || code === 0) return { text: 'The shell ended.', isCalm: true };
      const signal = SIGNALS[code];
      return { text: `The shell ended (exit code ${code}${signal ? `: ${signal}` : ''}).`, isCalm: false };
    }
  }
}
