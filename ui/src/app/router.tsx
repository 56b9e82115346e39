import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import type { Info } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { readBoardSearch } from '@/shared/api/boardSearch';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { signInRoutes } from './account/routes';
import { settingsRoutes } from './account/settingsRoutes';
import { checkDoor } from './door';
import { NotFoundPage } from './NotFoundPage';
import { Root } from './Root';
import { workRoutes } from './work/routes';

export interface RouterContext {
  client: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Root,
  notFoundComponent: NotFoundPage,
  beforeLoad: ({ context, location }) => checkDoor(context.client.getQueryData<Info>(keys.info), location),
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./routes/home'), 'HomeRoute'),
});

const board = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId',
  validateSearch: readBoardSearch,
  component: lazyRouteComponent(() => import('./routes/board'), 'BoardRoute'),
});

const task = createRoute({
  getParentRoute: () => board,
  path: 'tasks/$taskId',
  component: lazyRouteComponent(() => import('./routes/task'), 'TaskRoute'),
});

const projectSettings = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId/settings',
  component: lazyRouteComponent(() => import('./routes/projectSettings'), 'ProjectSettingsRoute'),
});

const trash = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId/trash',
  component: lazyRouteComponent(() => import('./routes/trash'), 'TrashRoute'),
});

const agents = createRoute({
  getParentRoute: () => root,
  path: '/agents',
  component: lazyRouteComponent(() => import('./routes/agents'), 'AgentsRoute'),
});

const routeTree = root.addChildren([home, board.addChildren([task]), projectSettings, trash, settingsRoutes(root), agents, ...signInRoutes(root), ...workRoutes(root)]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    // Data lives in the query cache; the router only preloads code.
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: () => (
      <div className="p-6">
        <SkeletonLines lines={5} />
      </div>
    ),
    defaultErrorComponent: ({ error, reset }) => <ErrorState title="This page failed" error={error} onRetry={reset} className="h-full" />,
    defaultNotFoundComponent: NotFoundPage,
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;
export type RootRoute = typeof root;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
