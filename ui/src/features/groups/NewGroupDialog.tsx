import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { ApiError } from '@/shared/api/errors';
import { groupCalls } from '@/shared/api/groups';
import type { Group } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import type { Uuid } from '@/shared/api/types';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';

/** Makes a group; people are put into it next. */
export function NewGroupDialog({ onClose, onMade }: { onClose: () => void; onMade: (id: Uuid) => void }) {
  const client = useQueryClient();
  const formId = useId();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => groupCalls.create(name.trim()),
    onSuccess: (group) => {
      client.setQueryData<Group[]>(keys.groups, (list) => (list?.some(({ id }) => id === group.id) ? list : [...(list ?? []), group]));
      onMade(group.id);
    },
  });
  const fault = make.error instanceof ApiError ? (make.error.field('name') ?? (make.error.code === 'group_exists' ? make.error.message : undefined)) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New group"
      width="sm"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={make.isPending} disabled={name.trim() === ''}>
            Create group
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Name" error={fault}>
          {(control) => <Input {...control} maxLength={100} placeholder="Design" value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {fault ? null : <FormError error={make.error} />}
      </form>
    </Dialog>
  );
}
