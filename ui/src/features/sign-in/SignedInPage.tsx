import { CircleCheck } from 'lucide-react';
import { useEffect } from 'react';
import { announceLogin } from '@/shared/api/auth';
import { Frame } from './Frame';

/** Where a window ends up that was opened to sign in beside another one, which hears of it here. */
export function SignedInPage() {
  useEffect(() => announceLogin('beside'), []);
  return (
    <Frame title="You are signed in">
      <div className="flex flex-col items-center gap-2 text-center">
        <CircleCheck size={26} className="text-success" />
        <p className="text-muted">The window you came from goes on where it was. This one can be closed.</p>
        <a href="/" className="mt-1 font-medium text-accent-text hover:underline">
          Or go on here
        </a>
      </div>
    </Frame>
  );
}
