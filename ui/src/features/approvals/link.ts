import type { Approval } from '@/shared/api/types';

/** The conversation in which an agent asks. */
export const linkOf = (approval: Approval) =>
  ({
    to: '/projects/$projectId/tasks/$taskId/workspaces/$workspaceId',
    params: { projectId: approval.project_id, taskId: approval.task_id, workspaceId: approval.workspace_id },
    search: { session: approval.session_id },
  }) as const;
