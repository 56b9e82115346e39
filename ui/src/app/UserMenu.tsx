import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Building2, ChevronsUpDown, KeyRound, LogOut, MonitorSmartphone, Plus, Search } from 'lucide-react';
import type { Organisation } from '@/shared/api/identity';
import { meQuery } from '@/shared/api/login';
import { changeOrganisation, signOut } from '@/shared/identity/changeLogin';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/shared/ui/Menu';
import { Skeleton } from '@/shared/ui/States';
import { overlayStore } from './useGlobalActions';

/** More are found quicker by typing. */
const MOST_LISTED = 6;

/** The one that is open, then as the server orders them. */
function listed(organisations: readonly Organisation[], current: Organisation): readonly Organisation[] {
  if (organisations.length <= MOST_LISTED) return organisations;
  return [current, ...organisations.filter(({ id }) => id !== current.id)].slice(0, MOST_LISTED - 1);
}

/** Who is signed in, and in which organisation: the way to the others, to one's account, and out. */
export function UserMenu() {
  const { me } = useAuthority();
  const navigate = useNavigate();
  const { error, refetch } = useQuery(meQuery());
  if (!me)
    return error ? (
      <Button size="sm" variant="ghost" className="w-full" onClick={() => void refetch()}>
        Your account could not be loaded. Try again
      </Button>
    ) : (
      <Skeleton className="h-10" />
    );
  const { user, organisation, organisations } = me;
  const shown = listed(organisations, organisation);
  return (
    <Menu
      side="top"
      trigger={
        <button type="button" className="flex w-full items-center gap-2 rounded-md px-1.5 py-1.5 text-left hover:bg-hover aria-expanded:bg-hover">
          <Avatar name={user.name} url={user.avatar_url} size={26} />
          <span className="min-w-0 flex-1">
            <span className="block truncate text-sm font-medium">{user.name}</span>
            <span className="block truncate text-xs text-muted">{organisation.name}</span>
            <span className="sr-only">, account and organisations</span>
          </span>
          <ChevronsUpDown size={14} className="shrink-0 text-faint" />
        </button>
      }
    >
      <div className="w-60">
        <div className="flex items-center gap-2.5 px-2 pt-1.5 pb-2">
          <Avatar name={user.name} url={user.avatar_url} size={32} />
          <div className="min-w-0">
            <p className="truncate font-medium">{user.name}</p>
            <p className="truncate text-sm text-muted">{user.email ?? (user.username ? `@${user.username}` : 'Signed in')}</p>
          </div>
        </div>
        <MenuSeparator />
        <MenuLabel>Organisations</MenuLabel>
        {shown.map((each) => (
          <MenuItem key={each.id} icon={<Avatar name={each.name} size={16} square />} checked={each.id === organisation.id} onSelect={() => each.id !== organisation.id && void changeOrganisation(each)}>
            {each.name}
            {each.personal ? <span className="text-faint"> · personal</span> : null}
          </MenuItem>
        ))}
        {shown.length < organisations.length ? (
          <MenuItem icon={<Search size={14} />} onSelect={() => overlayStore.set('switch-organisation')}>
            All {organisations.length}…
          </MenuItem>
        ) : null}
        <MenuItem icon={<Plus size={14} />} onSelect={() => overlayStore.set('new-organisation')}>
          New organisation…
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Building2 size={14} />} shortcut="g o" onSelect={() => void navigate({ to: '/settings/organisation' })}>
          Members and roles
        </MenuItem>
        <MenuItem icon={<KeyRound size={14} />} onSelect={() => void navigate({ to: '/settings/keys' })}>
          API keys
        </MenuItem>
        <MenuItem icon={<MonitorSmartphone size={14} />} onSelect={() => void navigate({ to: '/settings/devices' })}>
          Signed-in devices
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<LogOut size={14} />} onSelect={() => void signOut()}>
          Sign out
        </MenuItem>
      </div>
    </Menu>
  );
}
