import { actionGroups, isAvailable, shortcutsOf, type Action } from '@/shared/actions/actions';
import { chordOf, isTypingTarget } from './chord';

/** The second key of a sequence such as `g b` must follow within this time. */
const SEQUENCE_MS = 900;

const MODIFIERS = new Set(['control', 'shift', 'alt', 'meta']);

/** Native behaviour that a bare key has on such an element wins over a shortcut on the same key. */
const OWN_KEYS: [selector: string, keys: ReadonlySet<string>][] = [
  ['button, a[href], summary', new Set(['enter', 'space'])],
  ['[role="menu"], [role="listbox"], [role="tablist"], [role="radiogroup"]', new Set(['arrowup', 'arrowdown', 'arrowleft', 'arrowright', 'enter', 'space', 'escape'])],
];

function find(keys: string, typing: boolean): Action | undefined {
  return actionGroups
    .get()
    .flat()
    .findLast((action) => (!typing || action.inFields) && shortcutsOf(action).includes(keys) && isAvailable(action));
}

const beginsSequence = (chord: string): boolean =>
  actionGroups.get().some((group) => group.some((action) => shortcutsOf(action).some((keys) => keys.startsWith(`${chord} `))));

function ownedBy(target: EventTarget | null, chord: string): boolean {
  if (!(target instanceof Element)) return false;
  return OWN_KEYS.some(([selector, keys]) => keys.has(chord) && target.closest(selector) !== null);
}

/** Runs actions by their shortcuts until the returned function is called. */
export function listenForShortcuts(target: Window = window): () => void {
  let first: { chord: string; at: number } | null = null;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || MODIFIERS.has(event.key.toLowerCase())) return;
    const chord = chordOf(event);
    const typing = isTypingTarget(event.target);
    // A modal owns the keyboard; only what works in fields goes through.
    const modal = document.querySelector('[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"], [role="menu"][data-state="open"]') !== null;

    const sequence = first && performance.now() - first.at < SEQUENCE_MS ? `${first.chord} ${chord}` : null;
    first = null;
    const action = (sequence && find(sequence, typing || modal)) || (ownedBy(event.target, chord) ? undefined : find(chord, typing || modal));
    if (action) {
      event.preventDefault();
      action.run();
    } else if (!typing && !modal && beginsSequence(chord)) {
      first = { chord, at: performance.now() };
    }
  };

  target.addEventListener('keydown', onKeyDown);
  return () => target.removeEventListener('keydown', onKeyDown);
}
