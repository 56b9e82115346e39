import type { QueryClient } from '@tanstack/react-query';
import { toast } from '@/shared/ui/toast';
import { api, path } from './client';
import { ApiError } from './errors';
import { keys } from './keys';
import type { Approval, PermissionOption, Uuid } from './types';

/** Sends an answer. The request leaves the inbox at once and comes back if the answer could not be given. */
export async function answerApproval(client: QueryClient, approval: Approval, option: PermissionOption): Promise<boolean> {
  const remove = (list: Approval[] | undefined) => list?.filter((each) => each.id !== approval.id);
  await client.cancelQueries({ queryKey: keys.approvals, exact: true });
  client.setQueryData<Approval[]>(keys.approvals, remove);
  try {
    await api.post<unknown>(path`/approvals/${approval.id}`, { option_id: option.id });
    return true;
  } catch (error) {
    // Someone else was first, or the agent gave up: it no longer waits, whatever the reason.
    if (error instanceof ApiError && (error.status === 404 || error.status === 409)) {
      toast.failed('This request no longer waits for an answer', error);
      return false;
    }
    client.setQueryData<Approval[]>(keys.approvals, (list) => (list && !list.some((each) => each.id === approval.id) ? [...list, approval] : list));
    toast.failed('The answer could not be sent', error);
    return false;
  }
}

/** The pending request behind a permission row of a transcript. */
export const approvalFor = (approvals: readonly Approval[], sessionId: Uuid, permissionId: string): Approval | undefined =>
  approvals.find((each) => each.session_id === sessionId && each.permission_id === permissionId && each.status === 'pending');

const ORDER = ['allow_once', 'allow_always', 'reject_once', 'reject_always'];

const place = (option: PermissionOption): number => (ORDER.includes(option.kind) ? ORDER.indexOf(option.kind) : ORDER.length);

/** Options in one order everywhere, so that the same digit always means the same. */
export const orderedOptions = (options: readonly PermissionOption[]): PermissionOption[] => [...options].sort((a, b) => place(a) - place(b));
