import { useState } from 'react';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Textarea } from '@/shared/ui/Field';

interface CommitDialogProps {
  uncommitted: number;
  /** Resolves to whether it went through. */
  onCommit: (message: string) => Promise<boolean>;
  onClose: () => void;
}

/** Commits everything that is not committed, on the workspace's own branch. */
export function CommitDialog({ uncommitted, onCommit, onClose }: CommitDialogProps) {
  const [message, setMessage] = useState('');
  const [busy, setBusy] = useState(false);
  const commit = async () => {
    if (message.trim() === '' || busy) return;
    setBusy(true);
    const done = await onCommit(message.trim());
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Commit"
      description={`${uncommitted} ${uncommitted === 1 ? 'file' : 'files'} on the branch of the workspace; the base branch stays as it is.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={message.trim() === ''} onClick={() => void commit()}>
            Commit
          </Button>
        </>
      }
    >
      <Field label="Message">
        {(control) => (
          <Textarea
            {...control}
            rows={4}
            className="font-mono text-sm"
            value={message}
            onChange={(event) => setMessage(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void commit();
            }}
          />
        )}
      </Field>
    </Dialog>
  );
}
