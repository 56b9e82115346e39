import { useQuery } from '@tanstack/react-query';
import { apiKeysQuery } from '@/shared/api/apiKeys';
import { groupsQuery } from '@/shared/api/groups';
import type { AccessEntry, Subject, SubjectKind } from '@/shared/api/identity';
import { membersQuery } from '@/shared/api/organisation';
import { confirm } from '@/shared/ui/confirm';
import { Picker, type PickerItem } from '@/shared/ui/Picker';
import { PickerDialog } from '@/shared/ui/PickerDialog';
import { SubjectIcon } from './AccessRow';

interface AddSubjectProps {
  /** Everybody sees the project: only keys have something to gain from being named. */
  keysOnly: boolean;
  named: readonly AccessEntry[];
  onAdd: (subject: Subject) => void;
  onClose: () => void;
}

/** Looks for somebody to name. */
export function AddSubject({ keysOnly, named, onAdd, onClose }: AddSubjectProps) {
  const { data: members = [] } = useQuery({ ...membersQuery(), enabled: !keysOnly });
  const { data: groups = [] } = useQuery({ ...groupsQuery(), enabled: !keysOnly });
  const { data: apiKeys = [] } = useQuery(apiKeysQuery());
  const found: { subject: Subject; hint: string; keywords: string }[] = [
    ...(keysOnly ? [] : groups.map(({ id, name, member_count }) => ({ subject: subject('group', id, name), hint: member_count === 1 ? 'Group, 1 person' : `Group, ${member_count} people`, keywords: '' }))),
    ...(keysOnly ? [] : members.map(({ user_id, name, email, username }) => ({ subject: subject('user', user_id, name), hint: email ?? (username ? `@${username}` : ''), keywords: `${email ?? ''} ${username ?? ''}` }))),
    ...apiKeys.map(({ id, name, hint }) => ({ subject: subject('api_key', id, name), hint: `API key …${hint}`, keywords: 'key' })),
  ];
  const left = found.filter(({ subject: { kind, id } }) => !named.some((entry) => entry.subject.kind === kind && entry.subject.id === id));
  const items: PickerItem[] = left.map(({ subject, hint, keywords }) => ({
    id: idOf(subject),
    label: subject.name,
    icon: <SubjectIcon kind={subject.kind} name={subject.name} size={20} />,
    hint: <span className="truncate text-sm text-muted">{hint}</span>,
    keywords,
  }));
  const pick = async (id: string) => {
    const picked = left.find((each) => idOf(each.subject) === id)?.subject;
    if (!picked) return;
    const known = apiKeys.find((key) => key.id === picked.id);
    if (picked.kind === 'api_key' && !known?.for_projects) {
      onClose();
      const yes = await confirm({
        title: `Keep “${picked.name}” to projects?`,
        body: 'Once this is saved, the key reaches those projects alone that name it, and nothing else of the organisation. It stays so when it is taken off the list again: then it reaches nothing.',
        confirmLabel: 'Add the key',
      });
      if (!yes) return;
    }
    onAdd(picked);
  };
  const title = keysOnly ? 'Keep an API key to this project' : 'Add people, a group or a key';
  return (
    <PickerDialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <Picker items={items} onPick={(id) => void pick(id)} placeholder={keysOnly ? 'Find a key' : 'Find by name or e-mail'} emptyText={keysOnly ? 'There is no key left. Make one in the settings, under API keys.' : 'Nobody is left who could be added'} />
    </PickerDialog>
  );
}

const subject = (kind: SubjectKind, id: string, name: string): Subject => ({ kind, id, name });
const idOf = ({ kind, id }: Subject): string => `${kind} ${id}`;
