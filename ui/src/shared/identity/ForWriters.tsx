import type { ReactNode } from 'react';
import { useStore } from '@/shared/hooks/createStore';
import { readOnlyStore, useReadOnly } from './readOnly';

interface Props {
  children: ReactNode;
  others?: ReactNode;
}

/** What only those see who may change something here: for others the server would refuse it. */
export const ForWriters = ({ children, others = null }: Props) => (useReadOnly() ? others : children);

/** What only those see who may make something of their own, whatever project they look at. */
export const ForMembers = ({ children, others = null }: Props) => (useStore(readOnlyStore, (readOnly) => readOnly) ? others : children);
