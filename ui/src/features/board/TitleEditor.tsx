import { useRef, type KeyboardEvent } from 'react';

/** Edits a title where it stands. Enter or leaving saves, Escape does not. */
export function TitleEditor({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const finished = useRef(false);
  const finish = (value: string | null) => {
    if (finished.current) return;
    finished.current = true;
    const trimmed = value?.trim();
    onDone(trimmed && trimmed !== title ? trimmed : null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      finish(event.currentTarget.value);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      finish(null);
    }
  };
  return (
    <textarea
      autoFocus
      aria-label="Title"
      defaultValue={title}
      rows={2}
      maxLength={500}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      className="relative z-10 -mx-1 resize-none rounded-sm bg-raised px-1 leading-[18px] font-medium outline-2 outline-accent"
    />
  );
}
