import { AlertDialog } from 'radix-ui';
import { useState } from 'react';
import { createStore, useStore } from '@/shared/hooks/createStore';
import { Button } from './Button';
import { Input } from './Field';

interface Question {
  title: string;
  /** What will happen, and what can be got back. */
  body: string;
  /** Text that the question is about, shown as it is. */
  quote?: string;
  confirmLabel: string;
  danger?: boolean;
  /** The person must type this, for what cannot be undone. */
  typeToConfirm?: string;
}

const asked = createStore<(Question & { answer: (yes: boolean) => void }) | null>(null);

/** Asks before something grave. Prefer an undo where there is one. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    asked.get()?.answer(false);
    asked.set({
      ...question,
      answer: (yes) => {
        asked.set(null);
        resolve(yes);
      },
    });
  });
}

/** Mounted once, by the shell. */
export function ConfirmDialog() {
  const question = useStore(asked, (value) => value);
  if (!question) return null;
  return <OpenConfirm key={question.title} {...question} />;
}

function OpenConfirm({ title, body, quote, confirmLabel, danger, typeToConfirm, answer }: Question & { answer: (yes: boolean) => void }) {
  const [typed, setTyped] = useState('');
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && answer(false)}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fade-in fixed inset-0 z-50 bg-overlay" />
        <AlertDialog.Content className="pop-in fixed inset-x-4 top-[20vh] z-50 mx-auto flex max-w-md flex-col gap-3 rounded-xl bg-raised p-5 shadow-pop">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="text-muted">{body}</AlertDialog.Description>
          {quote ? <pre className="max-h-48 overflow-auto rounded-md border bg-sunken p-2 font-mono text-sm [overflow-wrap:anywhere] whitespace-pre-wrap">{quote}</pre> : null}
          {typeToConfirm ? (
            <label className="flex flex-col gap-1 text-sm text-muted">
              <span>
                Type <code className="rounded-sm bg-sunken px-1 font-mono text-fg">{typeToConfirm}</code> to go on
              </span>
              <Input value={typed} onChange={(event) => setTyped(event.target.value)} />
            </label>
          ) : null}
          <div className="mt-1 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button>Cancel</Button>
            </AlertDialog.Cancel>
            <Button
              variant={danger ? 'danger' : 'primary'}
              disabled={typeToConfirm !== undefined && typed !== typeToConfirm}
              onClick={() => answer(true)}
            >
              {confirmLabel}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
