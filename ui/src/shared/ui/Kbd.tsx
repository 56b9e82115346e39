import { cn } from './cn';

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl',
  shift: isMac ? '⇧' : 'Shift',
  alt: isMac ? '⌥' : 'Alt',
  enter: '↵',
  escape: 'Esc',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  space: 'Space',
  backspace: '⌫',
};

/** How a shortcut such as `mod+k` or `g b` is written for people. */
export function shortcutParts(keys: string): string[][] {
  return keys.split(' ').map((chord) => chord.split('+').map((key) => NAMES[key] ?? key.toUpperCase()));
}

/** A shortcut as text, for a tooltip. */
export const shortcutText = (keys: string): string =>
  shortcutParts(keys)
    .map((chord) => chord.join(isMac ? '' : '+'))
    .join(' ');

export function Shortcut({ keys, className }: { keys: string; className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-1 text-2xs text-faint', className)} aria-hidden="true">
      {shortcutParts(keys).map((chord, i) => (
        <kbd key={i} className="rounded-sm border bg-sunken px-1 font-sans">
          {chord.join(isMac ? '' : '+')}
        </kbd>
      ))}
    </span>
  );
}
