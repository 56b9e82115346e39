import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import type { Comment, Diff, DiffFile, Message, Uuid } from '@/shared/api/types';

/** The lines that a comment is about. */
export interface Anchor {
  repo_id: Uuid;
  path: string;
  side: 'old' | 'new';
  line: number;
  end_line: number;
  /** The lines as they were seen. */
  quote: string;
}

export const commentsQuery = (workspaceId: Uuid) =>
  queryOptions({
    queryKey: keys.comments(workspaceId),
    queryFn: ({ signal }) => getAll<Comment>(path`/workspaces/${workspaceId}/comments`, { signal }),
  });

/** One file with all of its hunks, however large. It is read again with the diff, whose key its own begins with. */
export const wholeFileQuery = (workspaceId: Uuid, file: Pick<DiffFile, 'repo_id' | 'path'>) =>
  queryOptions({
    queryKey: [...keys.diff(workspaceId), 'file', file.repo_id, file.path],
    queryFn: async ({ signal }) => {
      const diff = await api.get<Diff>(path`/workspaces/${workspaceId}/diff`, { query: { repo_id: file.repo_id, path: file.path }, signal });
      return diff.files[0] ?? null;
    },
    staleTime: 0,
  });

export const commentCalls = {
  create: (workspaceId: Uuid, anchor: Anchor, text: string, idempotencyKey: string) =>
    api.post<Comment>(path`/workspaces/${workspaceId}/comments`, { ...anchor, text }, { idempotencyKey }),
  change: (comment: Comment, text: string) => api.patch<Comment>(path`/comments/${comment.id}`, { text }, { version: comment.version }),
  remove: (comment: Comment) => api.delete(path`/comments/${comment.id}`, { version: comment.version }),
  /** Sends all open comments as one message. */
  send: (workspaceId: Uuid, sessionId: Uuid, text: string) =>
    api.post<Message>(path`/workspaces/${workspaceId}/review`, { session_id: sessionId, ...(text ? { text } : {}) }),
};
