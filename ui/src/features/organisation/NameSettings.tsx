import { useQueryClient } from '@tanstack/react-query';
import type { Me, Organisation } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { organisationCalls } from '@/shared/api/organisation';
import { useForm } from '@/shared/hooks/useForm';
import { roleName } from '@/shared/identity/roles';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { SaveBar } from '@/shared/ui/SaveBar';

/** What the organisation is called. */
export function NameSettings({ organisation }: { organisation: Organisation }) {
  const client = useQueryClient();
  const { isAdmin } = useAuthority();
  const form = useForm(organisation, async (base, { name }) => {
    const renamed = await organisationCalls.rename(base.version, name.trim());
    client.setQueryData<Me>(
      keys.me,
      (me) => me && { ...me, organisation: renamed, organisations: me.organisations.map((each) => (each.id === renamed.id ? renamed : each)) },
    );
  });
  return (
    <Section
      title="Organisation"
      description={
        organisation.personal
          ? 'Your own: nobody else can see what is in it, and nobody can be invited. To work with others, make a new organisation from the menu with your name.'
          : `What is made in it belongs to it, and all members see it. You are here as ${roleName(organisation.role).toLowerCase()}.`
      }
    >
      {isAdmin ? (
        <>
          <Field label="Name" error={form.fieldError('name')}>
            {(control) => <Input {...control} maxLength={100} value={form.value.name} onChange={(event) => form.change({ name: event.target.value })} />}
          </Field>
          <SaveBar dirty={form.dirty} busy={form.busy} error={form.error} onSave={form.save} onRebase={form.rebase} onReset={form.reset} />
        </>
      ) : (
        <p className="text-md font-medium">{organisation.name}</p>
      )}
    </Section>
  );
}
