import { useQuery } from '@tanstack/react-query';
import { LogIn } from 'lucide-react';
import { useEffect, useState } from 'react';
import { announceLogin, onLoginChange, openedFor, waitingChanges } from '@/shared/api/auth';
import type { Info } from '@/shared/api/identity';
import { askInfo, infoQuery, readInfo } from '@/shared/api/instance';
import { loginCalls } from '@/shared/api/login';
import { useStore } from '@/shared/hooks/createStore';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { SignInPanel } from './SignInPanel';

/** A login that a person just began acts in their own organisation; the page may show another one. */
async function takeUp({ user, organisation }: Pick<Info, 'user' | 'organisation'>): Promise<void> {
  const opened = openedFor.get();
  if (opened && user?.id === opened.user.id && organisation?.id !== opened.organisation.id) {
    // Who is no member there any more is told so by what follows.
    await loginCalls.actIn(opened.organisation.id).catch(() => undefined);
  }
  announceLogin();
  await readInfo();
}

const goOn = (signedIn: Pick<Info, 'user' | 'organisation'>): Promise<void> =>
  takeUp(signedIn).then(
    () => void toast.done('Signed in again'),
    (error: unknown) => toast.failed('The page could not go on', error),
  );

/** A login ended while somebody was at work: they sign in again where they are, and what waits is sent then. */
export function SignInAgain() {
  const [open, setOpen] = useState(true);
  const waiting = useStore(waitingChanges, (count) => count);
  const name = useStore(openedFor, (opened) => opened?.user.name ?? '');
  const { data: info } = useQuery(infoQuery());

  useEffect(() => {
    // Another window may have signed in without this one hearing of it.
    const look = () => void readInfo().catch(() => undefined);
    addEventListener('focus', look);
    return () => removeEventListener('focus', look);
  }, []);
  useEffect(() => onLoginChange((change) => change === 'beside' && void askInfo().then(goOn, () => undefined)), []);

  if (!open)
    return (
      <div role="alert" className="pop-in fixed inset-x-4 bottom-4 z-40 mx-auto flex w-fit max-w-full items-center gap-3 rounded-lg bg-raised py-2 pr-2 pl-4 shadow-pop">
        <span className="min-w-0">{waiting > 0 ? 'You are signed out, and what you changed waits to be saved.' : 'You are signed out: nothing here is up to date.'}</span>
        <Button size="sm" variant="primary" onClick={() => setOpen(true)}>
          <LogIn size={13} /> Sign in again
        </Button>
      </div>
    );
  return (
    <Dialog
      open
      onOpenChange={setOpen}
      width="sm"
      title="You were signed out"
      description={`${waiting > 0 ? 'What you changed last is kept and saved once you are back.' : 'All that you have typed is still here.'} Sign in again as ${name} to go on.`}
    >
      {info ? <SignInPanel info={info} next="/signed-in" beside onSignedIn={(me) => void goOn(me)} /> : <SkeletonLines />}
    </Dialog>
  );
}
