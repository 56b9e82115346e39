import { useMutation } from '@tanstack/react-query';
import { useId, useRef, useState, type FormEvent } from 'react';
import { announceLogin } from '@/shared/api/auth';
import { ApiError } from '@/shared/api/errors';
import type { Organisation } from '@/shared/api/identity';
import { loginCalls } from '@/shared/api/login';
import { organisationCalls } from '@/shared/api/organisation';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';

/** Makes an organisation and goes there. */
export function NewOrganisationDialog({ onClose }: { onClose: () => void }) {
  const formId = useId();
  const [name, setName] = useState('');
  const made = useRef<Organisation | null>(null);
  const create = useMutation({
    mutationFn: async () => {
      // Trying again after a failure half-way must not make a second one.
      made.current ??= await organisationCalls.create(name.trim());
      await loginCalls.actIn(made.current.id);
    },
    onSuccess: () => {
      announceLogin();
      location.assign('/settings/organisation');
    },
  });
  const fault = create.error instanceof ApiError ? create.error.field('name') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New organisation"
      description="For work with others. You are its first admin, and invite them afterwards."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={create.isPending || create.isSuccess} disabled={!name.trim()}>
            Create organisation
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Name" error={fault}>
          {(control) => <Input {...control} maxLength={100} value={name} placeholder="Analytical Engines" onChange={(event) => setName(event.target.value)} />}
        </Field>
        {fault ? null : <FormError error={create.error} />}
      </form>
    </Dialog>
  );
}
