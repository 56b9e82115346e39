import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { ApiError } from '@/shared/api/errors';
import type { Role } from '@/shared/api/identity';
import { infoQuery } from '@/shared/api/instance';
import { keys } from '@/shared/api/keys';
import { invitationCalls } from '@/shared/api/organisation';
import { roleHint, ROLES } from '@/shared/identity/roles';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input, NativeSelect } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { ShownOnce } from '@/shared/ui/ShownOnce';

const DAYS = [1, 7, 30];

/** Makes an invitation, and shows its address the one time that it can be seen. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const formId = useId();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const [days, setDays] = useState(7);
  const invite = useMutation({
    mutationFn: () => invitationCalls.create({ ...(email.trim() ? { email: email.trim() } : {}), role, days }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invitations }),
  });
  const { data: info } = useQuery(infoQuery());
  const needsAccount = info?.features.registration === 'closed' && !info.auth.includes('github');
  const fault = (field: string) => (invite.error instanceof ApiError ? invite.error.field(field) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  if (invite.data)
    return (
      <Dialog
        open
        onOpenChange={(open) => !open && onClose()}
        stays
        title="Send this address"
        description={`To ${invite.data.email ?? 'the person whom you invite'}, and to nobody else: whoever opens it can join${needsAccount ? ', with an account that they have here; new ones are made by whoever runs this Switchyard.' : '.'}`}
        footer={
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <ShownOnce label="Address" value={invite.data.url} hint="It is shown this once. Lost, it is taken back and made anew." />
      </Dialog>
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Invite somebody"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={invite.isPending}>
            Make invitation
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-3">
        <Field label="E-mail (may be left out)" hint="For you to remember whom it is for. No mail is sent: you send the address yourself." error={fault('email')}>
          {(control) => <Input {...control} type="email" value={email} placeholder="grace@example.org" onChange={(event) => setEmail(event.target.value)} />}
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Role" hint={roleHint(role)} error={fault('role')}>
            {(control) => (
              <NativeSelect {...control} value={role} onChange={(event) => setRole(event.target.value as Role)}>
                {ROLES.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </NativeSelect>
            )}
          </Field>
          <Field label="Can be accepted for" error={fault('days')}>
            {(control) => (
              <NativeSelect {...control} value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {DAYS.map((each) => (
                  <option key={each} value={each}>
                    {each === 1 ? '1 day' : `${each} days`}
                  </option>
                ))}
              </NativeSelect>
            )}
          </Field>
        </div>
        {['email', 'role', 'days'].some(fault) ? null : <FormError error={invite.error} />}
      </form>
    </Dialog>
  );
}
