import { createStore, useStore } from '@/shared/hooks/createStore';

const spoken = createStore({ text: '', turn: 0 });

/** Tells people who use a screen reader what others see happen. */
export const announce = (text: string): void => spoken.set(({ turn }) => ({ text, turn: turn + 1 }));

/** Mounted once, by the shell. The key makes a repeated text be read again. */
export function Announcer() {
  const { text, turn } = useStore(spoken, (value) => value);
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only">
      <span key={turn}>{text}</span>
    </div>
  );
}
