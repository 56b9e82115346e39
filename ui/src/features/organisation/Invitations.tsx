import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Mail, Ticket, UserPlus, X } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import type { Invitation } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { invitationCalls, invitationsQuery } from '@/shared/api/organisation';
import { roleName } from '@/shared/identity/roles';
import { Button, IconButton } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { LongList } from '@/shared/ui/LongList';
import { Section } from '@/shared/ui/Page';
import { DateTime } from '@/shared/ui/RelativeTime';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { InviteDialog } from './InviteDialog';

const ROW_HEIGHT = 46;

/** Places that wait for somebody to take them. */
export function Invitations() {
  const { data: invitations, error, refetch } = useQuery(invitationsQuery());
  const [inviting, setInviting] = useState(false);
  useActions([{ id: 'invitation.create', title: 'Invite somebody…', group: 'Organisation', icon: <UserPlus size={14} />, shortcut: 'c', run: () => setInviting(true) }]);
  return (
    <Section title="Invitations" description="Whoever opens an invitation’s address can join once. Send it to nobody else.">
      {invitations ? (
        invitations.length > 0 ? (
          <LongList label="Invitations" items={invitations} keyOf={({ id }) => id} rowHeight={ROW_HEIGHT}>
            {(invitation) => <Row invitation={invitation} />}
          </LongList>
        ) : (
          <p className="text-muted">Nobody is invited at the moment.</p>
        )
      ) : error ? (
        <ErrorState title="The invitations could not be listed" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonLines />
      )}
      <Button className="w-fit" onClick={() => setInviting(true)}>
        <UserPlus size={14} /> Invite somebody
      </Button>
      {inviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </Section>
  );
}

function Row({ invitation }: { invitation: Invitation }) {
  const client = useQueryClient();
  const whom = invitation.email ?? 'Whoever has the address';
  const remove = async () => {
    if (!(await confirm({ title: 'Take the invitation back?', body: 'Its address stops working at once. You can invite again with a new one.', confirmLabel: 'Take back', danger: true }))) return;
    client.setQueryData<Invitation[]>(keys.invitations, (list) => list?.filter(({ id }) => id !== invitation.id));
    try {
      await invitationCalls.remove(invitation.id);
    } catch (error) {
      toast.failed('The invitation could not be taken back', error);
    }
    await client.invalidateQueries({ queryKey: keys.invitations });
  };
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2.5 py-1.5 pr-2 pl-3">
      {invitation.email ? <Mail size={14} className="shrink-0 text-muted" /> : <Ticket size={14} className="shrink-0 text-muted" />}
      <div className="min-w-0 flex-1">
        <p className="truncate">{whom}</p>
        <p className="truncate text-sm text-muted">
          {roleName(invitation.role)}, until <DateTime time={invitation.expires_at} />
        </p>
      </div>
      <IconButton label={`Take back the invitation: ${whom}`} onClick={() => void remove()}>
        <X size={14} />
      </IconButton>
    </div>
  );
}
