import { useQuery } from '@tanstack/react-query';
import { Ticket } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isNotFound } from '@/shared/api/errors';
import { infoQuery } from '@/shared/api/instance';
import { offeredPlaceQuery } from '@/shared/api/organisation';
import { Button } from '@/shared/ui/Button';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { AcceptInvitation } from './AcceptInvitation';
import { ComeInInvited } from './ComeInInvited';
import { Frame } from './Frame';
import { INVITATION_OVER, pendingInvitation } from './invitation';
import { useFragment } from './useFragment';

/** Where an invitation leads: whoever has its address joins, with the account that they have or with a new one. */
export function JoinPage() {
  const fromAddress = useFragment();
  const [kept] = useState(pendingInvitation.get);
  const secret = fromAddress ?? kept;
  useEffect(() => {
    if (fromAddress) pendingInvitation.set(fromAddress);
  }, [fromAddress]);

  if (secret) return <Invited key={secret} secret={secret} />;
  return (
    <Frame title="Join an organisation">
      <EmptyState className="p-2" icon={<Ticket size={24} />} title="This address is not complete">
        Open the invitation’s whole address, with what stands behind the “#”.
      </EmptyState>
    </Frame>
  );
}

function Invited({ secret }: { secret: string }) {
  const { data: info, error: infoError, refetch: askAgain } = useQuery(infoQuery());
  const { data: place, error: placeError, refetch: lookAgain } = useQuery(offeredPlaceQuery(secret));

  if (isNotFound(placeError)) return <Over isSignedIn={info?.user != null} />;
  if (info && place) return info.user ? <AcceptInvitation secret={secret} place={place} name={info.user.name} /> : <ComeInInvited secret={secret} place={place} info={info} />;
  const error = infoError ?? placeError;
  const again = () => {
    if (!info) void askAgain();
    if (!place) void lookAgain();
  };
  return (
    <Frame title="You are invited">
      {error ? <ErrorState className="p-2" title="The invitation could not be looked at" error={error} onRetry={again} /> : <SkeletonLines label="Looking at the invitation" />}
    </Frame>
  );
}

/** The invitation cannot be accepted any more: said before anybody types anything. */
function Over({ isSignedIn }: { isSignedIn: boolean }) {
  const leave = () => {
    pendingInvitation.clear();
    location.replace(isSignedIn ? '/' : '/sign-in');
  };
  return (
    <Frame title="You cannot join by this invitation">
      <div className="flex flex-col gap-4">
        <p className="text-center text-balance text-muted">{INVITATION_OVER}</p>
        <Button autoFocus className="h-9 w-full" onClick={leave}>
          {isSignedIn ? 'Go to your boards' : 'Sign in'}
        </Button>
      </div>
    </Frame>
  );
}
