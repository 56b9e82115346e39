type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & Partial<Pick<KeyboardEvent, 'code'>>;

/** The chord of a key press, written as actions write it: `mod+k`, `shift+arrowup`, `?`. */
export function chordOf(event: Press): string {
  const isMod = event.ctrlKey || event.metaKey;
  // The key above Tab is known by its place: on many keyboards it bears another sign, or none by itself.
  const isBackquote = isMod && event.code === 'Backquote';
  const key = isBackquote ? '`' : event.key === ' ' ? 'space' : event.key.toLowerCase();
  const parts: string[] = [];
  if (isMod) parts.push('mod');
  if (event.altKey) parts.push('alt');
  // A sign such as `?` already tells that shift was held.
  if (event.shiftKey && (key.length > 1 || isBackquote || /[a-z]/.test(key))) parts.push('shift');
  parts.push(key);
  return parts.join('+');
}

/** True where typing belongs to the element and plain keys are no shortcuts. */
export function isTypingTarget(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
