import type { IDisposable } from '@xterm/xterm';

/**
 * xterm.js repeats some controls as often as their number says, up to 2,147,483,647 times: a dozen bytes of output
 * would hold the page for minutes. More than a screenful changes nothing that could be seen, so the number is lowered.
 */
interface Repeated {
  final: string;
  /** The same control's function within xterm.js. */
  method: 'insertLines' | 'deleteLines' | 'scrollUp' | 'scrollDown' | 'cursorForwardTab' | 'cursorBackwardTab' | 'repeatPrecedingCharacter';
  most: (size: { cols: number; rows: number }) => number;
}

const REPEATED: readonly Repeated[] = [
  { final: 'L', method: 'insertLines', most: ({ rows }) => rows },
  { final: 'M', method: 'deleteLines', most: ({ rows }) => rows },
  { final: 'S', method: 'scrollUp', most: ({ rows }) => rows },
  { final: 'T', method: 'scrollDown', most: ({ rows }) => rows },
  { final: 'I', method: 'cursorForwardTab', most: ({ cols }) => cols },
  { final: 'Z', method: 'cursorBackwardTab', most: ({ cols }) => cols },
  { final: 'b', method: 'repeatPrecedingCharacter', most: ({ cols, rows }) => cols * rows },
];

/** What is needed of xterm.js: the same in the browser's build and in the headless one. */
export interface Parsing {
  readonly cols: number;
  readonly rows: number;
  readonly parser: { registerCsiHandler(id: { final: string }, handler: (params: (number | number[])[]) => boolean): IDisposable };
}

type Handler = Record<Repeated['method'], (params: { params: readonly number[] }) => boolean>;

interface WithHandler {
  _core?: { _inputHandler?: Handler };
}

/** Lowers numbers that are beyond all use before xterm.js acts on them. */
export function boundRepetition(terminal: Parsing): void {
  const handler = (terminal as WithHandler)._core?._inputHandler;
  if (!handler || REPEATED.some(({ method }) => typeof handler[method] !== 'function'))
    throw new Error('This version of xterm.js names its controls otherwise.');
  for (const { final, method, most } of REPEATED) {
    terminal.parser.registerCsiHandler({ final }, ([count]) => {
      const bound = most(terminal);
      if (typeof count !== 'number' || count <= bound) return false;
      return handler[method]({ params: [bound] });
    });
  }
}
