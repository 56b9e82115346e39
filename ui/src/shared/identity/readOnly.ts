import { createStore, useStore } from '@/shared/hooks/createStore';

/** Whether the person may only look, in all of the organisation. Kept beside the query cache: cards and shortcuts ask it all the time. */
export const readOnlyStore = createStore(false);

/** Whether they may only look at the project that the page is about: see `useProjectRights`. */
export const projectReadOnlyStore = createStore(false);

export const isReadOnly = (): boolean => readOnlyStore.get() || projectReadOnlyStore.get();

export function useReadOnly(): boolean {
  const everywhere = useStore(readOnlyStore, (readOnly) => readOnly);
  const here = useStore(projectReadOnlyStore, (readOnly) => readOnly);
  return everywhere || here;
}
