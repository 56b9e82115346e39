import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { apiKeyCalls } from '@/shared/api/apiKeys';
import { ApiError } from '@/shared/api/errors';
import type { KeyProject, Role } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { roleHint, rolesUpTo } from '@/shared/identity/roles';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input, NativeSelect } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { Segmented } from '@/shared/ui/Segmented';
import { ShownOnce } from '@/shared/ui/ShownOnce';
import { KeyProjects } from './KeyProjects';

type Reach = 'organisation' | 'projects';
const REACHES: { id: Reach; label: string }[] = [
  { id: 'organisation', label: 'The whole organisation' },
  { id: 'projects', label: 'These projects' },
];
/** What a key for projects is in the organisation: the most that one can be. */
const PROJECTS_ROLE: Role = 'member';

const NEVER = 0;
const DAYS = [30, 90, 365, NEVER];

/** Makes a key, and shows it the one time that it can be seen. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const formId = useId();
  const { role: mine } = useAuthority();
  const roles = rolesUpTo(mine);
  const [name, setName] = useState('');
  const [chosen, setRole] = useState<Role>('member');
  const role = roles.some(({ id }) => id === chosen) ? chosen : mine;
  const [days, setDays] = useState(90);
  const [reach, setReach] = useState<Reach>('organisation');
  const [projects, setProjects] = useState<KeyProject[]>([]);
  const some = reach === 'projects';
  const create = useMutation({
    mutationFn: () =>
      apiKeyCalls.create({
        name: name.trim(),
        // In a project the role there counts, which this one must not narrow.
        role: some ? PROJECTS_ROLE : role,
        ...(some ? { projects: projects.map(({ project_id, role: there }) => ({ project_id, role: there })) } : {}),
        ...(days === NEVER ? {} : { days }),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
  });
  const fault = (field: string) => (create.error instanceof ApiError ? create.error.field(field) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  if (create.data)
    return (
      <Dialog
        open
        onOpenChange={(open) => !open && onClose()}
        stays
        title={`The key “${create.data.name}”`}
        description="Give it to the program now, or put it where you keep your passwords."
        footer={
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <ShownOnce label="Key" value={create.data.key} hint="It is shown this once, and kept nowhere. Lost, it is deleted and made anew." />
      </Dialog>
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New API key"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={create.isPending} disabled={!name.trim() || (some && projects.length === 0)}>
            Create key
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-3">
        <Field label="What it is for" error={fault('name')}>
          {(control) => <Input {...control} maxLength={100} value={name} placeholder="Nightly build" onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Segmented label="What it reaches" value={reach} onChange={setReach} options={REACHES} />
        {some ? <KeyProjects chosen={projects} onChange={setProjects} error={fault('projects')} /> : null}
        <div className="grid gap-3 sm:grid-cols-2">
          {some ? null : (
            <Field label="Role" hint={roleHint(role)} error={fault('role')}>
              {(control) => (
                <NativeSelect {...control} value={role} onChange={(event) => setRole(event.target.value as Role)}>
                  {roles.map(({ id, name: label }) => (
                    <option key={id} value={id}>
                      {label}
                    </option>
                  ))}
                </NativeSelect>
              )}
            </Field>
          )}
          <Field label="Ends" hint={days === NEVER ? 'A key that never ends is found by somebody some day.' : undefined} error={fault('days')}>
            {(control) => (
              <NativeSelect {...control} value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {DAYS.map((each) => (
                  <option key={each} value={each}>
                    {each === NEVER ? 'Never' : `After ${each} days`}
                  </option>
                ))}
              </NativeSelect>
            )}
          </Field>
        </div>
        {['name', ...(some ? ['projects'] : ['role']), 'days'].some(fault) ? null : <FormError error={create.error} />}
      </form>
    </Dialog>
  );
}
