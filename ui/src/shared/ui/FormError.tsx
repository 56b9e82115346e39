import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { errorText, rateLimitEnd } from '@/shared/api/errors';
import { TooMany } from './Countdown';

/** Why a form was refused as a whole, above its buttons. After too many requests it counts down. */
export function FormError({ error, children }: { error?: unknown; children?: ReactNode }) {
  const limitEnd = rateLimitEnd(error);
  if (!error && !children) return null;
  return (
    <div role="alert" className="flex items-start gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
      <TriangleAlert size={14} className="mt-0.5 shrink-0" />
      <p className="min-w-0 [overflow-wrap:anywhere]">{limitEnd === null ? (children ?? errorText(error)) : <TooMany until={limitEnd} />}</p>
    </div>
  );
}
