import { createStore, useStore } from '@/shared/hooks/createStore';

/** Whether the person may only look. Kept beside the query cache: cards and shortcuts ask it all the time. */
export const readOnlyStore = createStore(false);

export const useReadOnly = (): boolean => useStore(readOnlyStore, (readOnly) => readOnly);
