import { createStore } from '@/shared/hooks/createStore';
import type { Terminal, Uuid } from '@/shared/api/types';
import { lookUpTerminal } from './api/terminals';
import { leadsHere, onLeadElsewhere } from './lead';
import { preferencesStore } from './preferences';
import { copyText } from './screen/clipboard';
import { linkTarget, openLink, shownTarget, type LinkKind } from './screen/links';
import { onThemeChange } from './screen/palette';
import { readyToPaste } from './screen/paste';
import { Screen, type FindOptions, type Found } from './screen/screen';
import { Attachment, type AttachmentState, type Size } from './stream/attachment';
import { withControl } from './touch/keys';
import { toast } from '@/shared/ui/toast';

/** While a pane is being dragged the program is told its size this often. */
const RESIZE_MS = 60;
/** An announcement of a size within this time may be the echo of our own. */
const ECHO_MS = 2_000;

export interface LiveState {
  connection: AttachmentState;
  /** What the program calls itself, as text. */
  title: string;
  /** The size that another window chose, while it does. */
  foreign: Size | null;
  rang: boolean;
  /** How often input was refused since the terminal is away. */
  refused: number;
  link: { target: string; kind: LinkKind; x: number; y: number } | null;
  found: Found;
  /** The next key is pressed together with Ctrl: for keyboards without. */
  control: boolean;
}

const START: LiveState = { connection: { is: 'connecting' }, title: '', foreign: null, rang: false, refused: 0, link: null, found: { index: -1, count: 0 }, control: false };

/** Stands for a terminal that was not shown yet. */
export const NOT_SHOWN = createStore(START);

const same = (a: Size | null, b: Size | null): boolean => a?.cols === b?.cols && a?.rows === b?.rows;
const isCoarse = (): boolean => matchMedia('(pointer: coarse)').matches;

/** One terminal as this window sees it: its screen and its stream. It lives on while another tab is in front. */
export class LiveTerminal {
  readonly state = createStore<LiveState>(START);
  readonly screen: Screen;
  private readonly attachment: Attachment;
  private readonly endings: (() => void)[] = [];
  /** The part of the page that shows it. */
  room: HTMLElement | null = null;
  /** What the program was told last. */
  private size: Size | null = null;
  /** This window decides the size, and answers the program's questions. */
  private leads = false;
  private sent: { size: Size; at: number }[] = [];
  private resizeTimer: ReturnType<typeof setTimeout> | undefined;

  readonly id: Uuid;

  constructor(terminal: Terminal) {
    const { id } = terminal;
    this.id = id;
    this.screen = new Screen(
      {
        typed: (bytes) => this.typed(bytes),
        replied: (bytes) => void (this.leads && this.attachment.input(bytes)),
        pasted: (text) => void this.paste(text),
        titled: (title) => this.patch({ title }),
        rang: () => preferencesStore.get().bell && !this.screen.hasFocus && this.patch({ rang: true }),
        focused: () => this.lead(),
        clipboard: (text) => void this.takeClipboard(text),
        overLink: (uri, { clientX: x, clientY: y }) => this.overLink(uri, x, y),
        openedLink: (uri, event) => this.openedLink(uri, event),
        found: (found) => this.patch({ found }),
      },
      preferencesStore.get(),
      terminal,
    );
    this.attachment = new Attachment({
      id,
      sink: {
        write: (bytes, isReplay, done) => this.screen.write(bytes, isReplay, done),
        gap: () => this.screen.gap(),
        resized: (size) => this.resized(size),
      },
      onState: (connection) => this.connected(connection),
      lookUp: () => lookUpTerminal(id),
    });
    this.endings.push(
      preferencesStore.subscribe(() => {
        this.screen.prefer(preferencesStore.get());
        this.fitSoon();
      }),
      onThemeChange(() => this.screen.recolour()),
      onLeadElsewhere(id, () => (this.leads = false)),
    );
    this.attachment.start();
  }

  /** Shows it in a part of the page. Returns the function that takes it out again. */
  mount(room: HTMLElement): () => void {
    this.room = room;
    this.screen.mount(room);
    this.showSize();
    if (document.hasFocus()) this.lead();
    const observer = new ResizeObserver(() => this.fitSoon());
    observer.observe(room);
    const onWindowFocus = () => this.screen.hasFocus && this.lead();
    window.addEventListener('focus', onWindowFocus);
    return () => {
      observer.disconnect();
      window.removeEventListener('focus', onWindowFocus);
      clearTimeout(this.resizeTimer);
      this.room = null;
      this.patch({ link: null });
      this.screen.unmount();
    };
  }

  /** From now on this window decides the size. */
  lead(): void {
    if (!this.leads) leadsHere(this.id);
    this.leads = true;
    if (this.state.get().rang) this.patch({ rang: false });
    this.fit();
  }

  private fitSoon(): void {
    clearTimeout(this.resizeTimer);
    this.resizeTimer = setTimeout(() => this.fit(), RESIZE_MS);
  }

  private fit(): void {
    const own = this.room && this.screen.fit(this.room);
    if (!own) return;
    if (!this.leads || !document.hasFocus()) return this.showSize();
    if (!same(own, this.size) && this.attachment.resize(own)) {
      this.sent.push({ size: own, at: performance.now() });
      this.size = own;
    }
    this.showSize();
  }

  /** The server says which size the program has. */
  private resized(size: Size): void {
    const since = performance.now() - ECHO_MS;
    this.sent = this.sent.filter(({ at }) => at > since);
    const echo = this.sent.findIndex((each) => same(each.size, size));
    if (echo >= 0) {
      this.sent.splice(0, echo + 1);
      return;
    }
    if (this.size && !same(this.size, size)) this.leads = false;
    this.size = size;
    this.showSize();
  }

  private showSize(): void {
    if (!this.size) return;
    const own = this.room && this.screen.fit(this.room);
    const foreign = own && !same(own, this.size) ? this.size : null;
    this.screen.resize(this.size, foreign !== null);
    if (!same(this.state.get().foreign, foreign)) this.patch({ foreign });
  }

  private connected(connection: AttachmentState): void {
    this.patch({ connection });
    if (connection.is === 'live') {
      this.patch({ refused: 0 });
      this.fit();
    } else {
      this.sent = [];
    }
  }

  private typed(bytes: Uint8Array): void {
    const { control, connection, refused } = this.state.get();
    if (control) this.patch({ control: false });
    if (!this.leads) this.lead();
    if (connection.is === 'closed' || connection.is === 'gone') return;
    if (!this.attachment.input(control ? withControl(bytes) : bytes)) this.patch({ refused: refused + 1 });
  }

  async paste(text: string): Promise<void> {
    const ready = await readyToPaste(text, this.screen.isBracketed);
    if (ready !== null) this.screen.paste(ready);
    this.screen.focus();
  }

  async pasteFromClipboard(): Promise<void> {
    try {
      await this.paste(await navigator.clipboard.readText());
    } catch {
      toast.failed('The clipboard could not be read', new Error('Allow it in the site settings beside the address, or paste with the keys.'));
    }
  }

  /** Copies what is selected; false when nothing is. */
  copy(): Promise<boolean> {
    return copyText(this.screen.selection);
  }

  copyIfWanted(): void {
    if (preferencesStore.get().copyOnSelect) void this.copy();
  }

  private async takeClipboard(text: string): Promise<void> {
    if (!preferencesStore.get().clipboardWrites || !document.hasFocus()) return;
    if (await copyText(text)) toast.done(`A program copied ${text.length} ${text.length === 1 ? 'character' : 'characters'} to the clipboard`, undefined, 'terminal-clipboard');
  }

  private overLink(uri: string | null, x: number, y: number): void {
    if (uri === null) return this.patch({ link: null });
    const { href, kind } = linkTarget(uri);
    this.patch({ link: { target: shownTarget(href), kind, x, y } });
  }

  /** A click may be the begin of a selection: a link wants Ctrl with it. A finger has no Ctrl, and is asked. */
  private openedLink(uri: string, event: MouseEvent): void {
    const mustAsk = isCoarse();
    if (event.ctrlKey || event.metaKey || mustAsk) void openLink(uri, { mustAsk });
  }

  find(text: string, options: FindOptions, towards: 'next' | 'previous', incremental = false): void {
    this.screen.find(text, options, towards, incremental);
  }

  armControl(control: boolean): void {
    this.patch({ control });
  }

  dispose(): void {
    clearTimeout(this.resizeTimer);
    this.attachment.stop();
    for (const end of this.endings) end();
    this.screen.dispose();
  }

  private patch(change: Partial<LiveState>): void {
    this.state.set((state) => ({ ...state, ...change }));
  }
}

const live = new Map<Uuid, LiveTerminal>();

export function liveTerminal(terminal: Terminal): LiveTerminal {
  const known = live.get(terminal.id) ?? new LiveTerminal(terminal);
  live.set(terminal.id, known);
  return known;
}

/** The terminal if it has been shown. */
export const shownTerminal = (id: Uuid): LiveTerminal | undefined => live.get(id);

export function disposeTerminal(id: Uuid): void {
  live.get(id)?.dispose();
  live.delete(id);
}

/** When the page that shows them goes. The server keeps their output; coming back replays it. */
export function disposeAll(): void {
  for (const id of [...live.keys()]) disposeTerminal(id);
}
