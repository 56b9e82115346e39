import { useQuery, useQueryClient } from '@tanstack/react-query';
import { UserMinus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { groupCalls, groupMembersQuery } from '@/shared/api/groups';
import type { Group, GroupMember } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { membersQuery } from '@/shared/api/organisation';
import { useForm } from '@/shared/hooks/useForm';
import { Avatar } from '@/shared/ui/Avatar';
import { Button, IconButton } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { Field, Input } from '@/shared/ui/Field';
import { LongList } from '@/shared/ui/LongList';
import { Picker } from '@/shared/ui/Picker';
import { PickerDialog } from '@/shared/ui/PickerDialog';
import { SaveBar } from '@/shared/ui/SaveBar';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';

const ROW_HEIGHT = 46;

interface GroupDialogProps {
  group: Group;
  mayChange: boolean;
  onClose: () => void;
}

/** What a group is called, and who is in it. */
export function GroupDialog({ group, mayChange, onClose }: GroupDialogProps) {
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const { data: people, error, refetch } = useQuery(groupMembersQuery(group.id));
  const form = useForm(group, async (base, { name }) => {
    const renamed = await groupCalls.rename(base, name.trim());
    client.setQueryData<Group[]>(keys.groups, (list) => list?.map((each) => (each.id === renamed.id ? renamed : each)));
  });
  /** Shown at once, and as the server has it afterwards, whatever it answered. */
  const apply = async (failed: string, change: (list: GroupMember[]) => GroupMember[], call: () => Promise<unknown>) => {
    client.setQueryData<GroupMember[]>(keys.groupMembers(group.id), (list) => list && change(list));
    try {
      await call();
    } catch (reason) {
      toast.failed(failed, reason);
    }
    // One prefix covers the groups and who is in them.
    await client.invalidateQueries({ queryKey: keys.groups });
  };
  const remove = (member: GroupMember) =>
    apply(`${member.name} could not be taken out`, (list) => list.filter(({ user_id }) => user_id !== member.user_id), () => groupCalls.removeMember(group.id, member.user_id));
  const add = (member: GroupMember) => apply(`${member.name} could not be added`, (list) => [...list, member], () => groupCalls.addMember(group.id, member.user_id));

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={group.name}
      description={group.source === 'proxy' ? 'The identity proxy says who is in this group, with each request that it passes on. Change it there.' : undefined}
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        {mayChange ? (
          <>
            <Field label="Name" error={form.fieldError('name')}>
              {(control) => <Input {...control} maxLength={100} value={form.value.name} onChange={(event) => form.change({ name: event.target.value })} />}
            </Field>
            <SaveBar dirty={form.dirty} busy={form.busy} error={form.error} onSave={form.save} onReset={form.reset} onRebase={form.rebase} />
          </>
        ) : null}
        {people ? (
          people.length > 0 ? (
            <LongList label={`People in ${group.name}`} items={people} keyOf={({ user_id }) => user_id} rowHeight={ROW_HEIGHT}>
              {(member) => <PersonRow member={member} onRemove={mayChange ? () => void remove(member) : null} />}
            </LongList>
          ) : (
            <p className="rounded-lg border border-dashed p-4 text-center text-muted">Nobody is in this group yet.</p>
          )
        ) : error ? (
          <ErrorState title="Who is in it could not be listed" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonLines />
        )}
        {mayChange ? (
          <Button className="w-fit" onClick={() => setAdding(true)}>
            <UserPlus size={14} /> Add a person
          </Button>
        ) : null}
        {adding ? (
          <AddPerson
            there={people ?? []}
            onAdd={(member) => {
              setAdding(false);
              void add(member);
            }}
            onClose={() => setAdding(false)}
          />
        ) : null}
      </div>
    </Dialog>
  );
}

function PersonRow({ member, onRemove }: { member: GroupMember; onRemove: (() => void) | null }) {
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 pr-2 pl-3">
      <Avatar name={member.name} url={member.avatar_url} size={26} />
      <span className="min-w-0 flex-1 truncate">{member.name}</span>
      {member.username ? <span className="truncate text-sm text-muted">@{member.username}</span> : null}
      {onRemove ? (
        <IconButton label={`Take ${member.name} out`} onClick={onRemove}>
          <UserMinus size={14} />
        </IconButton>
      ) : null}
    </div>
  );
}

/** Looks for a member who is not in the group. */
function AddPerson({ there, onAdd, onClose }: { there: readonly GroupMember[]; onAdd: (member: GroupMember) => void; onClose: () => void }) {
  const { data: members = [] } = useQuery(membersQuery());
  const left = members.filter(({ user_id }) => !there.some((member) => member.user_id === user_id));
  const items = left.map(({ user_id, name, email, username, avatar_url }) => ({
    id: user_id,
    label: name,
    icon: <Avatar name={name} url={avatar_url} size={20} />,
    hint: <span className="truncate text-sm text-muted">{email ?? (username ? `@${username}` : '')}</span>,
    keywords: `${email ?? ''} ${username ?? ''}`,
  }));
  const pick = (id: string) => {
    const member = left.find(({ user_id }) => user_id === id);
    if (member) onAdd({ user_id: member.user_id, name: member.name, username: member.username, avatar_url: member.avatar_url });
  };
  return (
    <PickerDialog open onOpenChange={(open) => !open && onClose()} title="Add a person">
      <Picker items={items} onPick={pick} placeholder="Find by name or e-mail" emptyText="Everybody is in it already" />
    </PickerDialog>
  );
}
