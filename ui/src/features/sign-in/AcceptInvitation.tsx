import { useMutation } from '@tanstack/react-query';
import { announceLogin } from '@/shared/api/auth';
import { isNotFound } from '@/shared/api/errors';
import type { OfferedPlace } from '@/shared/api/identity';
import { loginCalls } from '@/shared/api/login';
import { invitationCalls } from '@/shared/api/organisation';
import { Button } from '@/shared/ui/Button';
import { FormError } from '@/shared/ui/FormError';
import { Frame } from './Frame';
import { INVITATION_OVER, pendingInvitation } from './invitation';
import { Offer, SEEN_BY_OTHERS } from './Offer';

interface AcceptInvitationProps {
  secret: string;
  place: OfferedPlace;
  /** Who is signed in. */
  name: string;
}

/** Who is signed in joins as that, or goes and comes back as somebody else. */
export function AcceptInvitation({ secret, place, name }: AcceptInvitationProps) {
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
      title={`You are invited to ${place.organisation}`}
      lead={<Offer place={place} />}
      foot={
        <button type="button" className="font-medium text-accent-text hover:underline" disabled={leave.isPending} onClick={() => leave.mutate()}>
          Not {name}? Use another account
        </button>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">
          You join as <span className="font-medium text-fg">{name}</span>. {SEEN_BY_OTHERS}
        </p>
        <FormError error={accept.error ?? leave.error}>{isOver ? INVITATION_OVER : null}</FormError>
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
