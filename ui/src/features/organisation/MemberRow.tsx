import { useQueryClient } from '@tanstack/react-query';
import { UserMinus } from 'lucide-react';
import { ApiError } from '@/shared/api/errors';
import type { Me, Member, Role } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { memberCalls } from '@/shared/api/organisation';
import { ROLES, roleName } from '@/shared/identity/roles';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Avatar } from '@/shared/ui/Avatar';
import { Badge } from '@/shared/ui/Badge';
import { IconButton } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { NativeSelect } from '@/shared/ui/Field';
import { toast } from '@/shared/ui/toast';

interface MemberRowProps {
  member: Member;
  me: Me;
  /** Somebody has to decide who belongs here. */
  isLastAdmin: boolean;
}

/** Where the last admin would go, in words that say what to do. */
export const lastAdminText = 'The only admin cannot go: make somebody else admin first.';

export function MemberRow({ member, me, isLastAdmin }: MemberRowProps) {
  const client = useQueryClient();
  const { isAdmin } = useAuthority();
  const isMe = member.user_id === me.user.id;
  const mayChange = isAdmin && !me.organisation.personal;

  /** Shown at once, and as the server has it afterwards, whatever it answered. */
  const apply = async (failed: string, change: (list: Member[]) => Member[], call: () => Promise<unknown>) => {
    client.setQueryData<Member[]>(keys.members, (list) => list && change(list));
    try {
      await call();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'last_admin') toast.failed(failed, new Error(lastAdminText));
      else toast.failed(failed, error);
    }
    await client.invalidateQueries({ queryKey: keys.members });
    if (isMe) await client.invalidateQueries({ queryKey: keys.me });
  };

  const setRole = async (role: Role) => {
    if (isMe && !(await confirm({ title: `Become ${roleName(role).toLowerCase()}?`, body: 'You cannot make yourself admin again: another admin has to.', confirmLabel: 'Change my role', danger: true }))) return;
    await apply(
      `The role of ${member.name} could not be changed`,
      (list) => list.map((each) => (each.user_id === member.user_id ? { ...each, role } : each)),
      () => memberCalls.setRole(member.user_id, role),
    );
  };
  const remove = async () => {
    const yes = await confirm({
      title: `Remove ${member.name}?`,
      body: 'They lose sight of everything here at once, and their keys stop working. What they made stays. To come back they need a new invitation.',
      confirmLabel: 'Remove',
      danger: true,
    });
    if (!yes) return;
    await apply(
      `${member.name} could not be removed`,
      (list) => list.filter((each) => each.user_id !== member.user_id),
      () => memberCalls.remove(member.user_id),
    );
  };

  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 px-3">
      <Avatar name={member.name} url={member.avatar_url} size={30} />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-1.5">
          <span className="truncate font-medium">{member.name}</span>
          {isMe ? <Badge tone="accent">You</Badge> : null}
        </p>
        <p className="truncate text-sm text-muted">{member.email ?? (member.username ? `@${member.username}` : 'No e-mail address')}</p>
      </div>
      {mayChange ? (
        <>
          <div className="w-26 shrink-0 max-sm:w-30">
            <NativeSelect
              aria-label={`Role of ${member.name}`}
              title={isLastAdmin ? lastAdminText : undefined}
              disabled={isLastAdmin}
              value={member.role}
              onChange={(event) => void setRole(event.target.value as Role)}
            >
              {ROLES.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </NativeSelect>
          </div>
          {isMe ? (
            <span className="w-6.5 shrink-0" />
          ) : (
            <IconButton label={`Remove ${member.name}`} onClick={() => void remove()}>
              <UserMinus size={14} />
            </IconButton>
          )}
        </>
      ) : (
        <span className="shrink-0 text-sm text-muted">{roleName(member.role)}</span>
      )}
    </div>
  );
}
