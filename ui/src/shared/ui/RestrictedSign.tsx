import { Lock } from 'lucide-react';

/** Marks a project that not everybody sees. */
export const RestrictedSign = () => (
  <span className="shrink-0 text-faint" title="Only some people see this project">
    <Lock size={12} aria-hidden="true" />
    <span className="sr-only"> (only some people see it)</span>
  </span>
);
