import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import type { Invitation, Me, Member, NewInvitation, OfferedPlace, Organisation, Role } from './identity';
import { keys } from './keys';
import type { Uuid } from './types';

export const membersQuery = () => queryOptions({ queryKey: keys.members, queryFn: ({ signal }) => getAll<Member>('/members', { signal }) });

/** Invitations that nobody accepted yet. */
export const invitationsQuery = () => queryOptions({ queryKey: keys.invitations, queryFn: ({ signal }) => getAll<Invitation>('/invitations', { signal }) });

/** What the invitation with this secret offers; not found once it cannot be accepted any more. */
export const offeredPlaceQuery = (secret: string) =>
  queryOptions({
    queryKey: keys.offeredPlace(secret),
    // Not in the address, which servers write into their logs.
    queryFn: ({ signal }) => api.post<OfferedPlace>('/invitations/show', { secret }, { anyLogin: true, signal }),
  });

export const organisationCalls = {
  create: (name: string) => api.post<Organisation>('/organisations', { name }),
  rename: (version: number, name: string) => api.patch<Organisation>('/organisation', { name }, { version }),
};

export const memberCalls = {
  setRole: (userId: Uuid, role: Role) => api.patch<Member>(path`/members/${userId}`, { role }),
  /** Removing oneself is leaving. */
  remove: (userId: Uuid) => api.delete(path`/members/${userId}`),
};

export const invitationCalls = {
  create: (invitation: { email?: string; role: Role; days: number }) => api.post<NewInvitation>('/invitations', invitation),
  remove: (id: Uuid) => api.delete(path`/invitations/${id}`),
  accept: (secret: string) => api.post<Me>('/invitations/accept', { secret }, { anyLogin: true }),
};
