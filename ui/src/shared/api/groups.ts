import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import type { Group, GroupMember } from './identity';
import { keys } from './keys';
import type { Uuid } from './types';

export const groupsQuery = () => queryOptions({ queryKey: keys.groups, queryFn: ({ signal }) => getAll<Group>('/groups', { signal }) });

export const groupMembersQuery = (groupId: Uuid) =>
  queryOptions({ queryKey: keys.groupMembers(groupId), queryFn: ({ signal }) => getAll<GroupMember>(path`/groups/${groupId}/members`, { signal }) });

export const groupCalls = {
  create: (name: string) => api.post<Group>('/groups', { name }),
  rename: (group: Group, name: string) => api.patch<Group>(path`/groups/${group.id}`, { name }, { version: group.version }),
  remove: (id: Uuid) => api.delete(path`/groups/${id}`),
  addMember: (id: Uuid, userId: Uuid) => api.put<Group>(path`/groups/${id}/members/${userId}`, undefined),
  removeMember: (id: Uuid, userId: Uuid) => api.delete(path`/groups/${id}/members/${userId}`),
};
