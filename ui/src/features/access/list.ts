import type { Access, AccessEntry, Me, Subject } from '@/shared/api/identity';

export const same = (one: Subject, other: Subject): boolean => one.kind === other.kind && one.id === other.id;

const isMe = ({ subject }: AccessEntry, me: Me): boolean => subject.kind === 'user' && subject.id === me.user.id;

/** The list with whoever restricts the project as its admin, which is what the server makes of it. */
export function withMaker(entries: readonly AccessEntry[], me: Me): AccessEntry[] {
  const own: AccessEntry = { subject: { kind: 'user', id: me.user.id, name: me.user.name }, role: 'admin' };
  return entries.some((entry) => isMe(entry, me)) ? entries.map((entry) => (isMe(entry, me) ? own : entry)) : [...entries, own];
}

/** What to ask before somebody takes away what they may do themselves; null where they keep it. */
export function lockingOut(before: Access, after: Access, me: Me): { title: string; body: string } | null {
  if (!after.restricted || me.organisation.role === 'admin') return null;
  const own = after.entries.find((entry) => isMe(entry, me));
  const was = before.restricted ? before.entries.find((entry) => isMe(entry, me)) : undefined;
  if (own?.role === 'admin' || (before.restricted && was?.role !== 'admin')) return null;
  if (own) return { title: 'Give up being admin here?', body: 'You cannot change who may see this project any more. Another of its admins, or an admin of the organisation, would have to let you.' };
  return { title: 'Lock yourself out?', body: 'You are no longer named, so unless a group names you, you lose sight of this project at once. One of its admins, or an admin of the organisation, would have to let you in again.' };
}
