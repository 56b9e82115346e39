import { useQueryClient } from '@tanstack/react-query';
import { Trash2, Users } from 'lucide-react';
import { groupCalls } from '@/shared/api/groups';
import type { Group } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { Badge } from '@/shared/ui/Badge';
import { IconButton } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { toast } from '@/shared/ui/toast';

interface GroupRowProps {
  group: Group;
  mayChange: boolean;
  onOpen: () => void;
}

export const peopleText = (count: number): string => (count === 0 ? 'Nobody yet' : count === 1 ? '1 person' : `${count} people`);

export function GroupRow({ group, mayChange, onOpen }: GroupRowProps) {
  const client = useQueryClient();
  const remove = async () => {
    const yes = await confirm({
      title: `Delete the group “${group.name}”?`,
      body: 'Projects that name it forget it: who saw them by this group alone loses sight of them at once. Nobody leaves the organisation.',
      confirmLabel: 'Delete',
      danger: true,
    });
    if (!yes) return;
    client.setQueryData<Group[]>(keys.groups, (list) => list?.filter(({ id }) => id !== group.id));
    try {
      await groupCalls.remove(group.id);
    } catch (error) {
      toast.failed(`“${group.name}” could not be deleted`, error);
    }
    await client.invalidateQueries({ queryKey: keys.groups, exact: true });
  };
  return (
    <div className="flex min-w-0 flex-1 items-center pr-2">
      <button type="button" onClick={onOpen} className="flex min-w-0 flex-1 items-center gap-3 self-stretch rounded-l-lg px-3 py-2 text-left -outline-offset-2 hover:bg-hover">
        <span className="grid size-7.5 shrink-0 place-items-center rounded-full bg-active text-muted">
          <Users size={15} aria-hidden="true" />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-1.5">
            <span className="truncate font-medium">{group.name}</span>
            {group.source === 'proxy' ? <Badge title="The identity proxy says who is in it">From the identity proxy</Badge> : null}
          </span>
          <span className="block truncate text-sm text-muted">{peopleText(group.member_count)}</span>
        </span>
      </button>
      {mayChange ? (
        <IconButton label={`Delete the group ${group.name}`} onClick={() => void remove()}>
          <Trash2 size={14} />
        </IconButton>
      ) : null}
    </div>
  );
}
