import { X } from 'lucide-react';
import { useEffect } from 'react';
import { errorText, rateLimitEnd } from '@/shared/api/errors';
import { createStore, useStore } from '@/shared/hooks/createStore';
import { Button, IconButton } from './Button';
import { cn } from './cn';
import { TooMany } from './Countdown';

interface Toast {
  id: number;
  text: string;
  tone: 'neutral' | 'danger';
  action: { label: string; run: () => void } | undefined;
  /** A later toast with the same topic takes this one's place. */
  topic: string | undefined;
  /** After too many requests: when there may be more, in ms since 1970. It is counted down to. */
  limitEnd: number | undefined;
}

const SHOWN_MS = 6_000;
/** However long a limit lasts. */
const LONGEST_MS = 60_000;
const MOST = 4;

const toasts = createStore<Toast[]>([]);
let nextId = 1;

function show(text: string, tone: Toast['tone'], action?: Toast['action'], topic?: string, limitEnd?: number): void {
  const toast: Toast = { id: nextId, text, tone, action, topic, limitEnd };
  nextId += 1;
  toasts.set((list) => [...list.filter((each) => topic === undefined || each.topic !== topic), toast].slice(-MOST));
}

/** A short note that something happened, with a way back where there is one. */
export const toast = {
  done: (text: string, undo?: () => void, topic?: string) => show(text, 'neutral', undo && { label: 'Undo', run: undo }, topic),
  withAction: (text: string, label: string, run: () => void) => show(text, 'neutral', { label, run }),
  failed: (what: string, error: unknown) => {
    const limitEnd = rateLimitEnd(error);
    if (limitEnd === null) show(`${what}: ${errorText(error)}`, 'danger');
    // A burst meets the limit many times over, and it is one limit.
    else show(`${what}.`, 'danger', undefined, 'rate-limit', limitEnd);
  },
};

const dismiss = (id: number) => toasts.set((list) => list.filter((each) => each.id !== id));

/** Runs the undo of the newest toast that has one; false when there is none. */
export function undoLatest(): boolean {
  const latest = toasts.get().findLast((each) => each.action?.label === 'Undo');
  if (!latest?.action) return false;
  dismiss(latest.id);
  latest.action.run();
  return true;
}

/** Mounted once, by the shell. */
export function Toasts() {
  const list = useStore(toasts, (value) => value);
  return (
    <div
      role="region"
      aria-label="Notifications"
      className="pointer-events-none fixed inset-x-3 bottom-16 z-60 flex flex-col items-center gap-2 sm:inset-x-auto sm:right-4 sm:items-end"
    >
      {list.map((each) => (
        <ToastView key={each.id} toast={each} />
      ))}
    </div>
  );
}

function ToastView({ toast: { id, text, tone, action, limitEnd } }: { toast: Toast }) {
  useEffect(() => {
    const shown = limitEnd === undefined ? SHOWN_MS : Math.min(limitEnd - Date.now(), LONGEST_MS) + SHOWN_MS / 2;
    const timer = setTimeout(() => dismiss(id), shown);
    return () => clearTimeout(timer);
  }, [id, limitEnd]);
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={cn(
        'pop-in pointer-events-auto flex max-w-md items-center gap-2 rounded-lg bg-raised py-2 pr-2 pl-3.5 shadow-pop',
        tone === 'danger' && 'text-danger',
      )}
    >
      <span className="min-w-0 flex-1 break-words">
        {text}
        {limitEnd === undefined ? null : (
          <>
            {' '}
            <TooMany until={limitEnd} />
          </>
        )}
      </span>
      {action ? (
        <Button
          size="sm"
          variant="quiet-accent"
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      ) : null}
      <IconButton label="Dismiss" onClick={() => dismiss(id)}>
        <X size={13} />
      </IconButton>
    </div>
  );
}
