import { ApiError, errorText } from '@/shared/api/errors';
import { Button } from './Button';

interface SaveBarProps {
  dirty: boolean;
  busy: boolean;
  error: unknown;
  onSave: () => void;
  onReset: () => void;
  /** Goes on from the newest version after somebody else changed it. */
  onRebase: () => void;
}

/** Stays in sight while a form holds unsaved edits. */
export function SaveBar({ dirty, busy, error, onSave, onReset, onRebase }: SaveBarProps) {
  if (!dirty && !error) return null;
  const stale = error instanceof ApiError && error.status === 409;
  return (
    <div role="region" aria-label="Unsaved changes" className="pop-in sticky bottom-3 z-10 flex flex-wrap items-center gap-2 rounded-lg bg-raised p-2 pl-4 shadow-pop">
      <p role={error ? 'alert' : undefined} className={error ? 'min-w-0 flex-1 text-danger' : 'flex-1 text-muted'}>
        {stale ? 'These settings were changed elsewhere since you began.' : error ? errorText(error) : 'Unsaved changes'}
      </p>
      <Button size="sm" onClick={onReset}>
        {stale ? 'Take theirs' : 'Discard'}
      </Button>
      {stale ? (
        <Button size="sm" variant="primary" onClick={onRebase}>
          Keep my edits
        </Button>
      ) : (
        <Button size="sm" variant="primary" busy={busy} onClick={onSave}>
          Save
        </Button>
      )}
    </div>
  );
}
