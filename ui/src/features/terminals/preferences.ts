import { createStore } from '@/shared/hooks/createStore';

/** How terminals look and behave in this browser: the right size of letters is a matter of the screen. */
export interface TerminalPreferences {
  fontSize: number;
  copyOnSelect: boolean;
  /** Programs may put text onto the clipboard (OSC 52). None may read it. */
  clipboardWrites: boolean;
  /** A mark at the tab when a program rings. */
  bell: boolean;
  screenReader: boolean;
}

export const LIMITS = { fontSize: [8, 32] } as const;

export const USUAL: TerminalPreferences = { fontSize: 13, copyOnSelect: false, clipboardWrites: false, bell: true, screenReader: false };

const KEY = 'switchyard.terminal';

const within = (value: unknown, [least, most]: readonly [number, number], usual: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, Math.trunc(value))) : usual;

/** Takes what it understands of what the browser remembers. */
export function readPreferences(text: string | null): TerminalPreferences {
  let raw: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) raw = parsed as Record<string, unknown>;
  } catch {
    // Not ours: the usual ones.
  }
  const flag = (name: 'copyOnSelect' | 'clipboardWrites' | 'bell' | 'screenReader') => (typeof raw[name] === 'boolean' ? raw[name] : USUAL[name]);
  return {
    fontSize: within(raw.fontSize, LIMITS.fontSize, USUAL.fontSize),
    copyOnSelect: flag('copyOnSelect'),
    clipboardWrites: flag('clipboardWrites'),
    bell: flag('bell'),
    screenReader: flag('screenReader'),
  };
}

export const preferencesStore = createStore(readPreferences(localStorage.getItem(KEY)));

export function changePreferences(change: Partial<TerminalPreferences>): void {
  const next = readPreferences(JSON.stringify({ ...preferencesStore.get(), ...change }));
  localStorage.setItem(KEY, JSON.stringify(next));
  preferencesStore.set(next);
}
