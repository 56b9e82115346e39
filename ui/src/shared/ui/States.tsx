import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { errorText, rateLimitEnd } from '@/shared/api/errors';
import { Button } from './Button';
import { cn } from './cn';
import { TooMany, useSecondsUntil } from './Countdown';

/** Stands where content will be, in its shape. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden="true" className={cn('animate-pulse rounded-md bg-active', className)} />
);

/** A few lines of skeleton, read aloud as loading. */
export function SkeletonLines({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-2">
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={i} className={cn('h-4', i % 3 === 2 ? 'w-2/5' : i % 2 ? 'w-3/4' : 'w-full')} />
      ))}
    </div>
  );
}

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** Nothing here yet: says what would be, and how to get it. */
export function EmptyState({ icon, title, children, action, className }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center justify-center gap-2 p-8 text-center', className)}>
      {icon ? <div className="mb-1 text-faint">{icon}</div> : null}
      <h2 className="text-md font-semibold">{title}</h2>
      {children ? <div className="max-w-sm text-muted">{children}</div> : null}
      {action ? <div className="mt-2 flex gap-2">{action}</div> : null}
    </div>
  );
}

interface ErrorStateProps {
  error: unknown;
  /** What could not be done, e.g. "The tasks could not be loaded". */
  title: string;
  onRetry?: () => void;
  className?: string;
}

export function ErrorState({ error, title, onRetry, className }: ErrorStateProps) {
  const limitEnd = rateLimitEnd(error);
  const left = useSecondsUntil(limitEnd);
  return (
    <div role="alert" className={cn('flex flex-col items-center justify-center gap-2 p-8 text-center', className)}>
      <TriangleAlert size={20} className="text-danger" />
      <h2 className="text-md font-semibold">{title}</h2>
      <p className="max-w-md text-muted">{limitEnd === null ? errorText(error) : <TooMany until={limitEnd} />}</p>
      {onRetry ? (
        <Button className="mt-2" disabled={left > 0} onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}
