import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import type { Uuid } from '@/shared/api/types';

export interface FileEntry {
  name: string;
  /** Relative to the workspace's folder. */
  path: string;
  kind: 'file' | 'dir' | 'symlink';
  /** Bytes. */
  size: number;
}

export interface FileContent {
  path: string;
  /** Null when the file is no text. */
  text: string | null;
  binary: boolean;
  size: number;
  /** Only the beginning is in `text`. */
  truncated: boolean;
}

export const folderQuery = (workspaceId: Uuid, folder: string) =>
  queryOptions({
    queryKey: [...keys.workspace(workspaceId), 'files', 'folder', folder],
    queryFn: ({ signal }) => getAll<FileEntry>(path`/workspaces/${workspaceId}/files`, { query: { path: folder }, signal }),
    staleTime: 0,
  });

export const fileQuery = (workspaceId: Uuid, file: string) =>
  queryOptions({
    queryKey: [...keys.workspace(workspaceId), 'files', 'content', file],
    queryFn: ({ signal }) => api.get<FileContent>(path`/workspaces/${workspaceId}/files/content`, { query: { path: file }, signal }),
    staleTime: 0,
  });
