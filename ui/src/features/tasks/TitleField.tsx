import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Task } from '@/shared/api/types';
import { useReadOnly } from '@/shared/identity/readOnly';
import { changeTask } from '@/shared/tasks/changeTask';

/** The title, edited where it stands: Enter or leaving saves, Escape takes it back. */
export function TitleField({ task }: { task: Task }) {
  const client = useQueryClient();
  const readOnly = useReadOnly();
  const [edit, setEdit] = useState<{ text: string; base: Task } | null>(null);

  const save = () => {
    const title = edit?.text.trim();
    setEdit(null);
    if (edit && title && title !== edit.base.title) void changeTask(client, edit.base, { title });
  };

  return (
    <textarea
      aria-label="Title"
      rows={1}
      readOnly={readOnly}
      maxLength={500}
      value={edit?.text ?? task.title}
      onFocus={() => !readOnly && setEdit({ text: task.title, base: task })}
      onChange={(event) => setEdit((current) => ({ text: event.target.value.replaceAll('\n', ' '), base: current?.base ?? task }))}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') {
          event.preventDefault();
          event.currentTarget.blur();
        } else if (event.key === 'Escape') {
          event.preventDefault();
          setEdit(null);
          // The blur must not save what was just taken back.
          requestAnimationFrame(() => (document.activeElement as HTMLElement | null)?.blur());
        }
      }}
      className="field-sizing-content -mx-1.5 block w-[calc(100%+0.75rem)] resize-none rounded-md bg-transparent px-1.5 py-0.5 text-xl font-semibold tracking-tight hover:bg-hover focus-visible:bg-surface"
    />
  );
}
