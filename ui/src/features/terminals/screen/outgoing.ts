import type { IDisposable } from '@xterm/xterm';

/**
 * The one place between what xterm.js wants to send and the program in the terminal.
 *
 * Output may ask the terminal to answer, and an answer arrives at the program as if it were typed. A file that is shown
 * with `cat` must not be able to type. So whatever xterm.js sends that no person caused is dropped unless it has, as a
 * whole, one of the forms below. Each is fixed but for a few digits; none repeats text that the output chose.
 *
 * Left out on purpose: status strings (DECRQSS), capabilities (XTGETTCAP), titles and sizes of windows, the palette
 * (OSC 4, 12), the clipboard (OSC 52).
 */
export const REPLIES: readonly { name: string; form: RegExp; why: string }[] = [
   
  { name: 'DA1', form: /^\x1b\[\?1;2c$/, why: 'which kind of terminal this is; fish, vim and tmux wait for it' },
   
  { name: 'DA2', form: /^\x1b\[>0;276;0c$/, why: 'its version; vim and tmux' },
   
  { name: 'DSR status', form: /^\x1b\[0n$/, why: 'the terminal is there' },
   
  { name: 'DSR cursor', form: /^\x1b\[\??\d{1,4};\d{1,4}R$/, why: 'where the cursor is; line editors, vim for the width of characters' },
   
  { name: 'DECRPM', form: /^\x1b\[\??\d{1,4};[0-4]\$y$/, why: 'whether a mode is on; neovim and tmux for synchronized output' },
   
  { name: 'focus', form: /^\x1b\[[IO]$/, why: 'the terminal has the focus, where the program asked to be told' },
   
  { name: 'colours', form: /^\x1b\]1[01];rgb:[0-9a-f]{4}\/[0-9a-f]{4}\/[0-9a-f]{4}\x1b\\$/, why: 'text and ground; programs choose dark or light by them' },
];

/** Answers in a row that are let through; a file full of questions gets no more than so many. */
const MOST_AT_ONCE = 200;
/** So many more each second. */
const PER_SECOND = 100;

const isAllowed = (data: string): boolean => REPLIES.some(({ form }) => form.test(data));

/** What is needed of xterm.js: the same in the browser's build and in the headless one. */
export interface Emitter {
  onData(listener: (data: string) => void): IDisposable;
  onBinary(listener: (data: string) => void): IDisposable;
}

/** Tells input by a person from answers. No public event does; this one comes right before `onData`, for input alone. */
interface WithCore {
  _core?: { coreService?: { onUserInput?: (listener: () => void) => IDisposable } };
}

export interface Outgoing {
  /** By a person: keys, pasted text, the pointer where the program asked for it. */
  onTyped: (bytes: Uint8Array) => void;
  /** One of the answers on the list. */
  onReply: (bytes: Uint8Array) => void;
}

const encoder = new TextEncoder();

/** Sorts what xterm.js sends. */
export function sortOutgoing(terminal: Emitter, { onTyped, onReply }: Outgoing, now: () => number = () => performance.now()): void {
  const onUserInput = (terminal as WithCore)._core?.coreService?.onUserInput;
  if (!onUserInput) throw new Error('This version of xterm.js does not tell input from answers.');
  let isTyped = false;
  let credit = MOST_AT_ONCE;
  let countedAt = now();

  const hasCredit = () => {
    const at = now();
    credit = Math.min(MOST_AT_ONCE, credit + ((at - countedAt) / 1_000) * PER_SECOND);
    countedAt = at;
    if (credit < 1) return false;
    credit -= 1;
    return true;
  };

  onUserInput(() => {
    isTyped = true;
  });
  terminal.onData((data) => {
    const typed = isTyped;
    isTyped = false;
    if (typed) onTyped(encoder.encode(data));
    else if (isAllowed(data) && hasCredit()) onReply(encoder.encode(data));
  });
  // Positions of the pointer in the oldest encoding, where a character stands for a byte. Nothing else is sent so.
  terminal.onBinary((data) => onTyped(Uint8Array.from(data, (character) => character.charCodeAt(0))));
}
