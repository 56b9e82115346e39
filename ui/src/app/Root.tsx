import { Outlet, useRouterState } from '@tanstack/react-router';
import { Shell } from './Shell';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** The page stands alone, without the navigation: nobody is signed in there yet. */
    bare?: boolean;
  }
}

export function Root() {
  const isBare = useRouterState({ select: ({ matches }) => matches.at(-1)?.staticData.bare ?? false });
  return isBare ? <Outlet /> : <Shell />;
}
