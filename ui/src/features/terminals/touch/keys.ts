/** What a key sends together with Ctrl: letters and a few signs have a control character, others none. */
export function withControl(bytes: Uint8Array): Uint8Array {
  const [code] = bytes;
  if (bytes.length !== 1 || code === undefined) return bytes;
  if (code === 0x20) return Uint8Array.of(0);
  if (code === 0x3f) return Uint8Array.of(0x7f);
  const upper = code >= 0x61 && code <= 0x7a ? code - 0x20 : code;
  return upper >= 0x40 && upper <= 0x5f ? Uint8Array.of(upper - 0x40) : bytes;
}

export interface TouchKey {
  label: string;
  /** Read aloud. */
  name: string;
  send: (hasApplicationCursor: boolean) => string;
}

const plain = (label: string, name: string, text: string): TouchKey => ({ label, name, send: () => text });
const arrow = (label: string, name: string, letter: string): TouchKey => ({ label, name, send: (application) => `\x1b${application ? 'O' : '['}${letter}` });

/** Keys that a phone's keyboard has not, or far away. */
export const TOUCH_KEYS: readonly TouchKey[] = [
  plain('Esc', 'Esc', '\x1b'),
  plain('Tab', 'Tab', '\t'),
  arrow('←', 'Left', 'D'),
  arrow('↓', 'Down', 'B'),
  arrow('↑', 'Up', 'A'),
  arrow('→', 'Right', 'C'),
  plain('^C', '^C, interrupt', '\x03'),
  plain('/', 'Slash', '/'),
  plain('-', 'Hyphen', '-'),
  plain('|', 'Pipe', '|'),
  plain('~', 'Tilde', '~'),
];
