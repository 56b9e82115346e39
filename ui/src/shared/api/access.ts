import { queryOptions } from '@tanstack/react-query';
import { api, path } from './client';
import type { Access } from './identity';
import { keys } from './keys';
import type { Uuid } from './types';

/** Who may see a project. */
export const accessQuery = (projectId: Uuid) =>
  queryOptions({ queryKey: keys.access(projectId), queryFn: ({ signal }) => api.get<Access>(path`/projects/${projectId}/access`, { signal }) });

/** Says who may see a project: the whole list. */
export const putAccess = (projectId: Uuid, version: number, { restricted, entries }: Access) =>
  api.put<Access>(
    path`/projects/${projectId}/access`,
    { restricted, entries: entries.map(({ subject: { kind, id }, role }) => ({ subject: { kind, id }, role })) },
    { version },
  );
