import type { QueryClient } from '@tanstack/react-query';
import { keys } from '@/shared/api/keys';
import type { Comment, Uuid } from '@/shared/api/types';
import { toast } from '@/shared/ui/toast';
import { commentCalls, type Anchor } from './api/review';

function keep(client: QueryClient, comment: Comment): void {
  client.setQueryData<Comment[]>(keys.comments(comment.workspace_id), (list) =>
    list?.some((each) => each.id === comment.id) ? list.map((each) => (each.id === comment.id ? comment : each)) : [...(list ?? []), comment],
  );
}

const drop = (client: QueryClient, comment: Comment) =>
  client.setQueryData<Comment[]>(keys.comments(comment.workspace_id), (list) => list?.filter((each) => each.id !== comment.id));

/** Each answers whether it went through; a failure was told. */
export const commentActions = {
  async create(client: QueryClient, workspaceId: Uuid, anchor: Anchor, text: string, idempotencyKey: string): Promise<boolean> {
    try {
      keep(client, await commentCalls.create(workspaceId, anchor, text, idempotencyKey));
      return true;
    } catch (error) {
      toast.failed('The comment was not saved', error);
      return false;
    }
  },

  async change(client: QueryClient, comment: Comment, text: string): Promise<boolean> {
    try {
      keep(client, await commentCalls.change(comment, text));
      return true;
    } catch (error) {
      toast.failed('The comment was not changed', error);
      void client.invalidateQueries({ queryKey: keys.comments(comment.workspace_id) });
      return false;
    }
  },

  async remove(client: QueryClient, comment: Comment): Promise<void> {
    drop(client, comment);
    try {
      await commentCalls.remove(comment);
      const { repo_id, path, side, line, end_line, quote } = comment;
      const again = () => void commentActions.create(client, comment.workspace_id, { repo_id, path, side, line, end_line, quote }, comment.text, crypto.randomUUID());
      toast.done('The comment was deleted', again);
    } catch (error) {
      keep(client, comment);
      toast.failed('The comment was not deleted', error);
    }
  },
};
