import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Lock, Plus, Users } from 'lucide-react';
import { useId, useState } from 'react';
import { accessQuery, putAccess } from '@/shared/api/access';
import { isNotFound } from '@/shared/api/errors';
import type { Access, AccessEntry, Me, ProjectRole, Subject } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { projectQuery } from '@/shared/api/projects';
import type { Uuid } from '@/shared/api/types';
import { useForm } from '@/shared/hooks/useForm';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Button } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { LongList } from '@/shared/ui/LongList';
import { Section } from '@/shared/ui/Page';
import { SaveBar } from '@/shared/ui/SaveBar';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { Switch } from '@/shared/ui/Switch';
import { AccessRow } from './AccessRow';
import { AddSubject } from './AddSubject';
import { lockingOut, same, withMaker } from './list';

const ROW_HEIGHT = 50;

/** Who may see a project, and what they may do in it. */
export function AccessSettings({ projectId }: { projectId: Uuid }) {
  const { data: access, error, refetch } = useQuery(accessQuery(projectId));
  const { data: project } = useQuery(projectQuery(projectId));
  const { me } = useAuthority();
  if (isNotFound(error)) return null;
  return (
    <Section title="Access" description={me ? description(me) : undefined}>
      {access && project && me ? (
        <AccessForm projectId={projectId} access={access} me={me} mayChange={project.my_role === 'admin'} />
      ) : error ? (
        <ErrorState title="Who may see this project could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonLines />
      )}
    </Section>
  );
}

const description = ({ organisation }: Me): string =>
  organisation.personal ? 'Your own organisation: nobody else sees this project. API keys can be kept to it.' : `Who in “${organisation.name}” may see this project, its tasks, and what agents did in it.`;

interface AccessFormProps {
  projectId: Uuid;
  access: Access;
  me: Me;
  mayChange: boolean;
}

function AccessForm({ projectId, access, me, mayChange }: AccessFormProps) {
  const client = useQueryClient();
  const switchId = useId();
  const [adding, setAdding] = useState(false);
  const form = useForm(access, async (base, edited) => {
    const saved = await putAccess(projectId, base.version, edited);
    client.setQueryData(keys.access(projectId), saved);
    await Promise.all([client.invalidateQueries({ queryKey: keys.project(projectId), exact: true }), client.invalidateQueries({ queryKey: keys.projects })]);
  });
  const { restricted, entries } = form.value;
  // While everybody sees the project, only keys are kept to it by their names; the others wait for when it is restricted.
  const shown = restricted ? entries : entries.filter(({ subject }) => subject.kind === 'api_key');
  const setEntries = (next: AccessEntry[]) => form.change({ entries: next });
  const restrict = (next: boolean) => form.change({ restricted: next, entries: next ? withMaker(entries, me) : entries });
  const setRole = (subject: Subject, role: ProjectRole) => setEntries(entries.map((entry) => (same(entry.subject, subject) ? { ...entry, role } : entry)));
  const remove = (subject: Subject) => setEntries(entries.filter((entry) => !same(entry.subject, subject)));
  const save = async () => {
    const warning = lockingOut(access, form.value, me);
    if (warning && !(await confirm({ title: warning.title, body: warning.body, confirmLabel: 'Save', danger: true }))) return;
    form.save();
  };

  return (
    <>
      <div className="rounded-lg border bg-surface">
        <div className="flex items-center gap-3 p-3">
          <span className="grid size-8 shrink-0 place-items-center rounded-md bg-active text-muted">{restricted ? <Lock size={15} /> : <Users size={15} />}</span>
          <label htmlFor={switchId} className="min-w-0 flex-1">
            <span className="block font-medium">Only these people</span>
            <span className="block text-sm text-muted">
              {restricted ? 'For everybody else the project is not there. Admins of the organisation see it, so that they can help.' : 'Now everybody in the organisation sees the project, by their role there.'}
            </span>
          </label>
          <Switch id={switchId} checked={restricted} disabled={!mayChange} onChange={restrict} />
        </div>
      </div>
      {shown.length > 0 ? (
        <LongList label="Who may see this project" items={shown} keyOf={({ subject }) => `${subject.kind} ${subject.id}`} rowHeight={ROW_HEIGHT}>
          {(entry) => <AccessRow entry={entry} me={me} mayChange={mayChange} onRole={(role) => setRole(entry.subject, role)} onRemove={() => remove(entry.subject)} />}
        </LongList>
      ) : restricted ? (
        <p className="text-muted">Nobody is named: only admins of the organisation see the project.</p>
      ) : null}
      {mayChange ? (
        <Button className="w-fit" onClick={() => setAdding(true)}>
          <Plus size={14} /> {restricted ? 'Add people, a group or a key' : 'Keep an API key to this project'}
        </Button>
      ) : null}
      <SaveBar dirty={form.dirty} busy={form.busy} error={form.error} onSave={() => void save()} onReset={form.reset} onRebase={form.rebase} />
      {adding ? (
        <AddSubject
          keysOnly={!restricted}
          named={entries}
          onAdd={(subject) => {
            setAdding(false);
            setEntries([...entries, { subject, role: 'editor' }]);
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </>
  );
}
