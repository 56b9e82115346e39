import { useQuery } from '@tanstack/react-query';
import { openedFor } from '@/shared/api/auth';
import type { Me, Role } from '@/shared/api/identity';
import { meQuery } from '@/shared/api/login';
import { useStore } from '@/shared/hooks/createStore';

export interface Authority {
  /** Whether people sign in here: false on a desktop, where one person may do everything. */
  hosted: boolean;
  role: Role;
  /** Makes and changes things, runs agents. */
  canWrite: boolean;
  isAdmin: boolean;
  /** Who is signed in; undefined on a desktop, and until it is known. */
  me: Me | undefined;
}

/** What the person may do here. The server decides; this is so that nothing is offered that would be refused. */
export function useAuthority(): Authority {
  const hosted = useStore(openedFor, (opened) => opened !== null);
  const { data: me } = useQuery({ ...meQuery(), enabled: hosted });
  const role = hosted ? (me?.organisation.role ?? 'viewer') : 'admin';
  return { hosted, role, canWrite: role !== 'viewer', isAdmin: role === 'admin', me };
}
