import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal as Xterm } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import './screen.css';
import type { Terminal } from '@/shared/api/types';
import { chordOf } from '@/shared/keyboard/chord';
import { isTerminalKey, TERMINAL_KEYS } from '@/shared/keyboard/terminalKeys';
import type { TerminalPreferences } from '@/features/terminals/preferences';
import type { Size } from '@/features/terminals/stream/attachment';
import { boundRepetition } from './bounds';
import { clipboardText } from './clipboard';
import { xtermOptions } from './options';
import { sortOutgoing } from './outgoing';
import { foundColours, palette } from './palette';
import { safeTitle } from './title';

const SCROLLBAR_PX = 10;
/** Around the text, as `screen.css` has it: left and right, top and bottom. */
const PADDING_X_PX = 12;
const PADDING_Y_PX = 8;
const LINE_HEIGHT = 1.2;
const LEAST: Size = { cols: 20, rows: 3 };
const MOST = 1_000;

const GAP_NOTE = '\x18\x1bc\x1b[2m(older output is gone)\x1b[0m\r\n';

export interface Found {
  index: number;
  count: number;
}

export interface FindOptions {
  caseSensitive: boolean;
  regex: boolean;
}

/** What xterm.js' own addons measure by. */
interface WithDimensions {
  _core?: { _renderService?: { dimensions?: { css?: { cell?: Cell } } } };
}

export interface Cell {
  width: number;
  height: number;
}

/** The size of a terminal in so many px. */
export function sizeIn(width: number, height: number, cell: Cell): Size {
  const bounded = (value: number, least: number) => Math.min(MOST, Math.max(least, Math.floor(value)));
  return { cols: bounded((width - PADDING_X_PX - SCROLLBAR_PX) / cell.width, LEAST.cols), rows: bounded((height - PADDING_Y_PX) / cell.height, LEAST.rows) };
}

/** What a character takes before any was drawn, about: a letter of a monospaced font is three fifths as wide as high. */
export const guessedCell = (fontSize: number): Cell => ({ width: fontSize * 0.6, height: Math.ceil(fontSize * LINE_HEIGHT) });

/** What a screen tells. */
export interface ScreenListener {
  typed(bytes: Uint8Array): void;
  /** An answer to a question in output that is new. */
  replied(bytes: Uint8Array): void;
  pasted(text: string): void;
  titled(title: string): void;
  rang(): void;
  /** A person turned to it. */
  focused(): void;
  /** A program wants text on the clipboard. */
  clipboard(text: string): void;
  /** The pointer is over a link, or no longer. */
  overLink(uri: string | null, event: MouseEvent): void;
  openedLink(uri: string, event: MouseEvent): void;
  found(found: Found): void;
}

/** One xterm.js with all that is decided about it here. It lives on while no page shows it. */
export class Screen {
  private readonly element = document.createElement('div');
  private readonly terminal: Xterm;
  private readonly search = new SearchAddon({ highlightLimit: 1_000 });
  private webgl: WebglAddon | null = null;
  /** For each piece that xterm.js still has to read, whether it is a replay. */
  private readonly replays: boolean[] = [];

  constructor(
    private readonly listener: ScreenListener,
    preferences: TerminalPreferences,
    { name, scrollback_lines }: Pick<Terminal, 'name' | 'scrollback_lines'>,
  ) {
    this.element.className = 'terminal-screen';
    const link = {
      activate: (event: MouseEvent, uri: string) => listener.openedLink(uri, event),
      hover: (event: MouseEvent, uri: string) => listener.overLink(uri, event),
      leave: (event: MouseEvent) => listener.overLink(null, event),
    };
    this.terminal = new Xterm({
      ...xtermOptions,
      // As many as the runner keeps of it.
      scrollback: scrollback_lines,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono').trim() || 'monospace',
      lineHeight: LINE_HEIGHT,
      overviewRuler: { width: SCROLLBAR_PX },
      theme: palette(),
      // Which addresses may be opened is decided by the listener, for web links and others alike.
      linkHandler: { ...link, allowNonHttpProtocols: true },
    });
    boundRepetition(this.terminal);
    sortOutgoing(this.terminal, {
      onTyped: (bytes) => listener.typed(bytes),
      // Questions in a replay were answered when they were asked.
      onReply: (bytes) => this.isReplaying || listener.replied(bytes),
    });
    this.terminal.loadAddon(new Unicode11Addon());
    this.terminal.unicode.activeVersion = '11';
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new WebLinksAddon(link.activate, link));
    this.listen(name);
    this.prefer(preferences);
  }

  private listen(label: string): void {
    const { terminal, listener } = this;
    terminal.onTitleChange((title) => listener.titled(safeTitle(title)));
    terminal.onBell(() => this.isReplaying || listener.rang());
    terminal.parser.registerOscHandler(52, (data) => {
      const text = clipboardText(data);
      if (text !== null && !this.isReplaying) listener.clipboard(text);
      return true;
    });
    this.search.onDidChangeResults(({ resultIndex, resultCount }) => listener.found({ index: resultIndex, count: resultCount }));
    terminal.attachCustomKeyEventHandler((event) => {
      const chord = chordOf(event);
      // Left to the browser, which then pastes without asking for a permission.
      if (chord === TERMINAL_KEYS.paste) event.stopPropagation();
      return !isTerminalKey(chord);
    });
    for (const event of ['focusin', 'pointerdown']) this.element.addEventListener(event, () => listener.focused());
    this.element.addEventListener(
      'paste',
      (event) => {
        event.preventDefault();
        event.stopPropagation();
        listener.pasted(event.clipboardData?.getData('text/plain') ?? '');
      },
      { capture: true },
    );
    this.label(label);
  }

  private get isReplaying(): boolean {
    return this.replays[0] ?? false;
  }

  label(name: string): void {
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', `Terminal: ${name}`);
  }

  prefer({ fontSize, screenReader }: TerminalPreferences): void {
    Object.assign(this.terminal.options, { fontSize, screenReaderMode: screenReader });
  }

  recolour(): void {
    this.terminal.options.theme = palette();
  }

  /** Shows the screen in a part of the page. */
  mount(host: HTMLElement): void {
    host.append(this.element);
    if (!this.terminal.element) this.terminal.open(this.element);
    this.accelerate();
  }

  unmount(): void {
    // Browsers have few contexts: those in sight keep them.
    this.webgl?.dispose();
    this.webgl = null;
    this.element.remove();
  }

  /** Draws with WebGL where the computer has it; else with elements of the page, which is slower and always works. */
  private accelerate(): void {
    if (this.webgl) return;
    const probe = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
    if (!probe) return;
    probe.getExtension('WEBGL_lose_context')?.loseContext();
    try {
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => {
        webgl.dispose();
        if (this.webgl === webgl) this.webgl = null;
      });
      this.terminal.loadAddon(webgl);
      this.webgl = webgl;
    } catch {
      this.webgl = null;
    }
  }

  /** The size that fits into the element's room; null while it has none. */
  fit(room: HTMLElement): Size | null {
    const cell = this.cell();
    return cell && room.clientWidth > 0 && room.clientHeight > 0 ? sizeIn(room.clientWidth, room.clientHeight, cell) : null;
  }

  /** What one character takes, in px. Measured by the renderer: its elements follow a change of size a moment later. */
  cell(): Cell | null {
    const cell = (this.terminal as WithDimensions)._core?._renderService?.dimensions?.css?.cell;
    return cell && cell.width > 0 && cell.height > 0 ? cell : null;
  }

  /** Takes a size. One that another window chose is framed, so that one sees where it ends. */
  resize({ cols, rows }: Size, isForeign: boolean): void {
    if (cols !== this.terminal.cols || rows !== this.terminal.rows) this.terminal.resize(cols, rows);
    const cell = isForeign ? this.cell() : null;
    this.element.classList.toggle('terminal-screen-framed', cell !== null);
    this.element.style.width = cell ? `${Math.ceil(cell.width * cols + PADDING_X_PX + SCROLLBAR_PX)}px` : '';
    this.element.style.height = cell ? `${Math.ceil(cell.height * rows + PADDING_Y_PX)}px` : '';
  }

  write(bytes: Uint8Array, isReplay: boolean, done: () => void): void {
    this.replays.push(isReplay);
    this.terminal.write(bytes, () => {
      this.replays.shift();
      done();
    });
  }

  /** Begins anew, after what is still to be read. */
  gap(): void {
    this.write(new TextEncoder().encode(GAP_NOTE), true, () => undefined);
  }

  /** Undoes what hostile or broken output did to the screen: modes, colours, character sets. */
  reset(): void {
    this.terminal.reset();
    this.recolour();
  }

  /** As if a person had typed it. */
  input(text: string): void {
    this.terminal.input(text, true);
  }

  paste(text: string): void {
    this.terminal.paste(text);
  }

  get isBracketed(): boolean {
    return this.terminal.modes.bracketedPasteMode;
  }

  /** Programs such as editors ask for arrow keys in another form. */
  get hasApplicationCursor(): boolean {
    return this.terminal.modes.applicationCursorKeysMode;
  }

  /** A program has taken the whole screen: an editor, a pager, a monitor. */
  get isFullScreen(): boolean {
    return this.terminal.buffer.active.type === 'alternate';
  }

  get selection(): string {
    return this.terminal.getSelection();
  }

  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  focus(): void {
    this.terminal.focus();
  }

  find(text: string, options: FindOptions, towards: 'next' | 'previous', incremental = false): void {
    const all = { ...options, incremental, decorations: foundColours() };
    if (text === '') return this.endFind();
    // A pattern that is not finished yet finds nothing.
    try {
      if (towards === 'next') this.search.findNext(text, all);
      else this.search.findPrevious(text, all);
    } catch {
      this.endFind();
    }
  }

  endFind(): void {
    this.search.clearDecorations();
    this.terminal.clearSelection();
    this.listener.found({ index: -1, count: 0 });
  }

  dispose(): void {
    this.unmount();
    this.terminal.dispose();
  }
}
