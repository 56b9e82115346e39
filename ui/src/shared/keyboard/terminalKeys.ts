/**
 * The keys that work while a terminal has the focus. Every other key belongs to the program in it: shells and editors
 * use nearly all of them, but none of these.
 */
export const TERMINAL_KEYS = {
  toggle: 'mod+`',
  open: 'mod+shift+`',
  devServer: 'mod+shift+d',
  splitRight: 'mod+shift+e',
  splitDown: 'mod+shift+o',
  close: 'mod+shift+x',
  nextTab: 'mod+shift+arrowright',
  previousTab: 'mod+shift+arrowleft',
  nextPane: 'mod+shift+arrowdown',
  leave: 'mod+shift+arrowup',
  maximize: 'mod+shift+m',
  find: 'mod+shift+f',
  copy: 'mod+shift+c',
  paste: 'mod+shift+v',
} as const;

const OURS: ReadonlySet<string> = new Set(Object.values(TERMINAL_KEYS));

export const isTerminalKey = (chord: string): boolean => OURS.has(chord);
