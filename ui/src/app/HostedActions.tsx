import { useNavigate } from '@tanstack/react-router';
import { Building2, KeyRound, LogOut, MonitorSmartphone, Plus, Repeat2, ScrollText } from 'lucide-react';
import { useActions } from '@/shared/actions/actions';
import { signOut } from '@/shared/identity/changeLogin';
import { useAuthority } from '@/shared/identity/useAuthority';
import { overlayStore } from './useGlobalActions';

/** What can be done on every page where people sign in. */
export function HostedActions() {
  const navigate = useNavigate();
  const { me } = useAuthority();
  useActions([
    {
      id: 'organisation.switch',
      title: 'Switch organisation…',
      group: 'Organisation',
      icon: <Repeat2 size={14} />,
      shortcut: 'shift+o',
      when: () => (me?.organisations.length ?? 0) > 1,
      run: () => overlayStore.set('switch-organisation'),
    },
    { id: 'organisation.create', title: 'New organisation…', group: 'Organisation', icon: <Plus size={14} />, run: () => overlayStore.set('new-organisation') },
    { id: 'go.organisation', title: 'Go to members and roles', group: 'Go to', icon: <Building2 size={14} />, shortcut: 'g o', run: () => void navigate({ to: '/settings/organisation' }) },
    { id: 'go.keys', title: 'Go to API keys', group: 'Go to', icon: <KeyRound size={14} />, shortcut: 'g k', run: () => void navigate({ to: '/settings/keys' }) },
    { id: 'go.devices', title: 'Go to signed-in devices', group: 'Go to', icon: <MonitorSmartphone size={14} />, shortcut: 'g d', run: () => void navigate({ to: '/settings/devices' }) },
    { id: 'go.audit', title: 'Go to the audit log', group: 'Go to', icon: <ScrollText size={14} />, shortcut: 'g l', run: () => void navigate({ to: '/settings/audit' }) },
    { id: 'login.end', title: 'Sign out', group: 'General', icon: <LogOut size={14} />, run: () => void signOut() },
  ]);
  return null;
}
