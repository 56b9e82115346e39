import { useEffect, useState } from 'react';
import type { Task, Uuid } from '@/shared/api/types';

/** An edit under way: the text, and the task as it was when it began. */
export interface Draft {
  text: string;
  base: Task;
}

const keyOf = (id: Uuid) => `switchyard.draft.${id}`;

function read(id: Uuid): Draft | null {
  try {
    const stored = localStorage.getItem(keyOf(id));
    return stored === null ? null : (JSON.parse(stored) as Draft);
  } catch {
    return null;
  }
}

/** A description being written. It is kept in this browser until it is saved or discarded: closing the page loses nothing. */
export function useDraft(task: Task) {
  const [draft, setDraft] = useState<Draft | null>(() => read(task.id));

  useEffect(() => {
    if (!draft || draft.text === draft.base.description) localStorage.removeItem(keyOf(task.id));
    else localStorage.setItem(keyOf(task.id), JSON.stringify(draft));
  }, [draft, task.id]);

  return {
    draft,
    begin: () => setDraft((current) => current ?? { text: task.description, base: task }),
    write: (text: string) => setDraft((current) => ({ text, base: current?.base ?? task })),
    end: () => setDraft(null),
  };
}
