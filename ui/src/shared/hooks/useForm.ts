import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/shared/api/errors';

/**
 * The edited copy of a resource. It follows the resource while nothing is edited, and remembers what it
 * began from, so that saving a stale copy is noticed.
 */
export function useForm<T extends { version: number }>(current: T, save: (base: T, edited: T) => Promise<unknown>) {
  const [edit, setEdit] = useState<{ base: T; value: T } | null>(null);
  const mutation = useMutation({
    mutationFn: ({ base, value }: { base: T; value: T }) => save(base, value),
    onSuccess: () => setEdit(null),
  });
  const value = edit?.value ?? current;
  return {
    value,
    change: (patch: Partial<T>) => setEdit((now) => ({ base: now?.base ?? current, value: { ...(now?.value ?? current), ...patch } })),
    dirty: edit !== null && JSON.stringify(edit.value) !== JSON.stringify(edit.base),
    busy: mutation.isPending,
    error: mutation.error,
    /** What the server says about one field. */
    fieldError: (name: string) => (mutation.error instanceof ApiError ? mutation.error.field(name) : undefined),
    save: () => edit && mutation.mutate(edit),
    /** Goes on from what is there now, with the edits kept. */
    rebase: () => {
      setEdit((now) => now && { base: current, value: { ...now.value, version: current.version } });
      mutation.reset();
    },
    reset: () => {
      setEdit(null);
      mutation.reset();
    },
  };
}
