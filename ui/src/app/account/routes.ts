import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { RootRoute } from '@/app/router';
import { readSignInSearch } from '@/features/sign-in/search';

/** The pages for who is not signed in yet, of a hosted instance. */
export function signInRoutes(root: RootRoute) {
  const staticData = { bare: true };
  const signIn = createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    staticData,
    validateSearch: readSignInSearch,
    component: lazyRouteComponent(() => import('./SignInRoute'), 'SignInRoute'),
  });
  const signedIn = createRoute({
    getParentRoute: () => root,
    path: '/signed-in',
    staticData,
    component: lazyRouteComponent(() => import('@/features/sign-in/SignedInPage'), 'SignedInPage'),
  });
  const join = createRoute({
    getParentRoute: () => root,
    path: '/join',
    staticData,
    component: lazyRouteComponent(() => import('@/features/sign-in/JoinPage'), 'JoinPage'),
  });
  const reset = createRoute({
    getParentRoute: () => root,
    path: '/reset',
    staticData,
    component: lazyRouteComponent(() => import('@/features/sign-in/ResetPage'), 'ResetPage'),
  });
  return [signIn, signedIn, join, reset] as const;
}
