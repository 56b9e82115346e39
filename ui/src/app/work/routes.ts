import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { RootRoute } from '@/app/router';
import { readWorkspaceSearch } from '@/features/workspaces/search';

/** Where agents work: the inbox of approvals and the workspace pages. */
export function workRoutes(root: RootRoute) {
  const approvals = createRoute({
    getParentRoute: () => root,
    path: '/approvals',
    component: lazyRouteComponent(() => import('./ApprovalsRoute'), 'ApprovalsRoute'),
  });
  const workspace = createRoute({
    getParentRoute: () => root,
    path: '/projects/$projectId/tasks/$taskId/workspaces/$workspaceId',
    validateSearch: readWorkspaceSearch,
    component: lazyRouteComponent(() => import('./WorkspaceRoute'), 'WorkspaceRoute'),
  });
  return [approvals, workspace] as const;
}
