/** What the desktop app does for the page, and a browser tab cannot. */
export interface Shell {
  /** The system's dialog for a folder; null when the person picked none. */
  pickFolder(title: string): Promise<string | null>;
  /** A notification of the desktop; a click on it opens the page of `path`. */
  notify(body: string, path: string): void;
  /** Listens to what the shell wants. Called once, when the page can do it. */
  listen(listener: (notice: Notice) => void): void;
  /** The answer to a `quit` notice. `stay` keeps the app open. */
  quit(answer: 'keep' | 'stop' | 'stay'): void;
}

export type Notice =
  | { kind: 'open'; path: string }
  /** The id of one of the page's actions, chosen from a menu. */
  | { kind: 'action'; id: string }
  /** The app is to be closed with that many agents at work, and programs running in that many terminals. */
  | ({ kind: 'quit' } & AtWork);

export interface AtWork {
  agents: number;
  terminals: number;
}

let current: Shell | null = null;

/** The desktop app around this page; null in a browser. */
export const shell = (): Shell | null => current;

export function setShell(next: Shell | null): void {
  current = next;
}
