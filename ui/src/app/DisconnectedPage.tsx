import { useEffect } from 'react';
import { onLoginChange } from '@/shared/api/auth';
import { CopyButton } from '@/shared/ui/CopyButton';
import { Logo } from '@/shared/ui/Logo';

const COMMAND = 'switchyard-server address';

/** Shown when the server does not know this window. No login: the printed address is the key. */
export function DisconnectedPage() {
  // The address may be opened in another window; this one then goes on where it was.
  useEffect(() => onLoginChange(() => location.reload()), []);
  return (
    <main className="flex h-full items-center justify-center p-6">
      <div className="flex max-w-md flex-col gap-3">
        <Logo size={32} />
        <h1 className="mt-2 text-xl font-semibold">This window is not connected to Switchyard</h1>
        <p className="text-md text-muted">
          Open the address that the running Switchyard printed when it started. It works once, and keeps this browser connected from then on.
        </p>
        <p className="text-md text-muted">No address at hand? Ask for a new one in a terminal:</p>
        <div className="flex items-center justify-between rounded-lg border bg-sunken py-1.5 pr-1.5 pl-3 font-mono">
          <code>{COMMAND}</code>
          <CopyButton text={COMMAND} label="Copy the command" />
        </div>
      </div>
    </main>
  );
}
