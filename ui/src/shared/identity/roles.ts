import type { Role } from '@/shared/api/identity';

/** What the roles are called, and what they let one do; the least first. */
export const ROLES: readonly { id: Role; name: string; may: string }[] = [
  { id: 'viewer', name: 'Viewer', may: 'sees everything, changes nothing' },
  { id: 'member', name: 'Member', may: 'makes tasks and runs agents' },
  { id: 'admin', name: 'Admin', may: 'also decides who belongs here' },
];

export const roleName = (role: Role): string => ROLES.find(({ id }) => id === role)?.name ?? role;

/** “A member makes tasks and runs agents.” */
export function roleHint(role: Role): string {
  const found = ROLES.find(({ id }) => id === role);
  return found ? `${/^[AEIOU]/.test(found.name) ? 'An' : 'A'} ${found.name.toLowerCase()} ${found.may}.` : '';
}

/** The roles that somebody with this one can hand on. */
export const rolesUpTo = (role: Role): typeof ROLES => ROLES.slice(0, ROLES.findIndex(({ id }) => id === role) + 1);
