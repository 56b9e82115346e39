import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import type { RootRoute } from '@/app/router';
import { readAuditSearch } from '@/features/audit/search';
import { openedFor } from '@/shared/api/auth';

/** Most pages of the settings are about how people sign in, which nobody does on a desktop. */
function hostedOnly(): void {
  if (!openedFor.get()) throw redirect({ to: '/settings', replace: true });
}

/** The settings: the person's own, and on a hosted instance those of the organisation and of how one signs in. */
export function settingsRoutes(root: RootRoute) {
  const settings = createRoute({
    getParentRoute: () => root,
    path: '/settings',
    component: lazyRouteComponent(() => import('./SettingsLayout'), 'SettingsLayout'),
  });
  const general = createRoute({
    getParentRoute: () => settings,
    path: '/',
    component: lazyRouteComponent(() => import('@/app/routes/settings'), 'SettingsRoute'),
  });
  const organisation = createRoute({
    getParentRoute: () => settings,
    path: 'organisation',
    beforeLoad: hostedOnly,
    component: lazyRouteComponent(() => import('@/features/organisation/OrganisationPage'), 'OrganisationPage'),
  });
  const groups = createRoute({
    getParentRoute: () => settings,
    path: 'groups',
    beforeLoad: hostedOnly,
    component: lazyRouteComponent(() => import('@/features/groups/GroupsPage'), 'GroupsPage'),
  });
  const apiKeys = createRoute({
    getParentRoute: () => settings,
    path: 'keys',
    beforeLoad: hostedOnly,
    component: lazyRouteComponent(() => import('@/features/keys/KeysPage'), 'KeysPage'),
  });
  const devices = createRoute({
    getParentRoute: () => settings,
    path: 'devices',
    beforeLoad: hostedOnly,
    component: lazyRouteComponent(() => import('@/features/logins/DevicesPage'), 'DevicesPage'),
  });
  const audit = createRoute({
    getParentRoute: () => settings,
    path: 'audit',
    beforeLoad: hostedOnly,
    validateSearch: readAuditSearch,
    component: lazyRouteComponent(() => import('./AuditRoute'), 'AuditRoute'),
  });
  return settings.addChildren([general, organisation, groups, apiKeys, devices, audit]);
}
