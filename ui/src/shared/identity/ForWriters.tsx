import type { ReactNode } from 'react';
import { useReadOnly } from './readOnly';

/** What only those see who may change something: for others the server would refuse it. */
export const ForWriters = ({ children, others = null }: { children: ReactNode; others?: ReactNode }) => (useReadOnly() ? others : children);
