import { useMutation, useQuery } from '@tanstack/react-query';
import { Ticket } from 'lucide-react';
import { useEffect, useState } from 'react';
import { announceLogin } from '@/shared/api/auth';
import { isNotFound } from '@/shared/api/errors';
import type { Info } from '@/shared/api/identity';
import { infoQuery } from '@/shared/api/instance';
import { loginCalls } from '@/shared/api/login';
import { invitationCalls } from '@/shared/api/organisation';
import { Button } from '@/shared/ui/Button';
import { FormError } from '@/shared/ui/FormError';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { Frame } from './Frame';
import { pendingInvitation } from './invitation';
import { RegisterForm } from './RegisterForm';
import { SignInPanel } from './SignInPanel';
import { useFragment } from './useFragment';

/** Where an invitation leads: whoever has its address joins, once they are signed in. */
export function JoinPage() {
  const fromAddress = useFragment();
  const [kept] = useState(pendingInvitation.get);
  const secret = fromAddress ?? kept;
  useEffect(() => {
    if (fromAddress) pendingInvitation.set(fromAddress);
  }, [fromAddress]);
  const { data: info, error, refetch } = useQuery(infoQuery());

  if (!secret)
    return (
      <Frame title="Join an organisation">
        <EmptyState className="p-2" icon={<Ticket size={24} />} title="This address is not complete">
          Open the invitation’s whole address, with what stands behind the “#”.
        </EmptyState>
      </Frame>
    );
  if (!info)
    return (
      <Frame title="You are invited">
        {error ? <ErrorState className="p-2" title="Switchyard does not answer" error={error} onRetry={() => void refetch()} /> : <SkeletonLines />}
      </Frame>
    );
  return info.user ? <Accept secret={secret} name={info.user.name} /> : <SignInFirst info={info} />;
}

function Accept({ secret, name }: { secret: string; name: string }) {
  const accept = useMutation({
    mutationFn: () => invitationCalls.accept(secret),
    onSuccess: () => {
      pendingInvitation.clear();
      announceLogin();
      location.replace('/');
    },
  });
  const leave = useMutation({
    mutationFn: loginCalls.signOut,
    onSuccess: () => {
      announceLogin();
      location.reload();
    },
  });
  const isOver = isNotFound(accept.error);
  return (
    <Frame
      title="You are invited"
      lead="An organisation on this Switchyard has a place for you."
      foot={
        <button type="button" className="font-medium text-accent-text hover:underline" disabled={leave.isPending} onClick={() => leave.mutate()}>
          Not {name}? Use another account
        </button>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">
          You join as <span className="font-medium text-fg">{name}</span>. The others there then see your name and your e-mail address.
        </p>
        <FormError error={accept.error ?? leave.error}>{isOver ? 'This invitation was used already, was taken back, or is over. Ask whoever sent it for a new one.' : null}</FormError>
        {isOver ? (
          <Button
            className="h-9 w-full"
            onClick={() => {
              pendingInvitation.clear();
              location.replace('/');
            }}
          >
            Go to your boards
          </Button>
        ) : (
          <Button variant="primary" autoFocus className="h-9 w-full" busy={accept.isPending || accept.isSuccess} onClick={() => accept.mutate()}>
            Accept invitation
          </Button>
        )}
      </div>
    </Frame>
  );
}

/** Whoever is signed in comes back here, to accept. */
function SignInFirst({ info }: { info: Info }) {
  const [isNew, setIsNew] = useState(false);
  const mayRegister = info.auth.includes('password') && info.features.registration;
  const other = (
    <button type="button" className="font-medium text-accent-text hover:underline" onClick={() => setIsNew(!isNew)}>
      {isNew ? 'Sign in instead' : 'Create an account'}
    </button>
  );
  const begin = () => {
    announceLogin();
    location.reload();
  };
  return (
    <Frame title="You are invited" lead={isNew ? 'Create an account to join.' : 'Sign in to join.'} foot={mayRegister ? <>{isNew ? 'You have an account?' : 'New here?'} {other}</> : null}>
      {isNew ? (
        <RegisterForm onSignedIn={begin} />
      ) : (
        <SignInPanel info={info} next="/join" onSignedIn={begin} />
      )}
    </Frame>
  );
}
