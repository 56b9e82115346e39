import { Outlet, useRouterState } from '@tanstack/react-router';
import { Dialog as Radix } from 'radix-ui';
import { lazy, Suspense, useEffect } from 'react';
import { Alerts } from '@/features/approvals/Alerts';
import { useStore } from '@/shared/hooks/createStore';
import { useMediaQuery } from '@/shared/hooks/useMediaQuery';
import { useAuthority } from '@/shared/identity/useAuthority';
import { DesktopNotices } from './DesktopNotices';
import { RateLimit } from './RateLimit';
import { RunnerProblem } from './RunnerProblem';
import { Sidebar } from './Sidebar';
import { closeDrawer, sidebarStore } from '@/shared/hooks/sidebar';
import { staleTaskStore } from '@/shared/tasks/stale';
import { overlayStore, useGlobalActions } from './useGlobalActions';

const CommandPalette = lazy(() => import('./CommandPalette').then((module) => ({ default: module.CommandPalette })));
const ShortcutsDialog = lazy(() => import('./ShortcutsDialog').then((module) => ({ default: module.ShortcutsDialog })));
const CreateProjectDialog = lazy(() =>
  import('@/features/projects/CreateProjectDialog').then((module) => ({ default: module.CreateProjectDialog })),
);
const NewOrganisationDialog = lazy(() => import('@/features/organisation/NewOrganisationDialog').then((module) => ({ default: module.NewOrganisationDialog })));
const SwitchOrganisation = lazy(() => import('@/features/organisation/SwitchOrganisation').then((module) => ({ default: module.SwitchOrganisation })));
const HostedActions = lazy(() => import('./HostedActions').then((module) => ({ default: module.HostedActions })));
const StaleTaskDialog = lazy(() => import('@/features/tasks/StaleTaskDialog').then((module) => ({ default: module.StaleTaskDialog })));

/** The frame of every page: the sidebar, the page, and the dialogs that any page may open. */
export function Shell() {
  useGlobalActions();
  const { hosted } = useAuthority();
  const wide = useMediaQuery('(min-width: 820px)');
  const { open, drawer } = useStore(sidebarStore, (state) => state);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  useEffect(closeDrawer, [pathname]);

  return (
    <div className="flex h-full">
      <a href="#main" className="sr-only z-50 rounded-md bg-accent p-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the page
      </a>
      {wide && open ? (
        <div className="w-56 shrink-0 border-r bg-sunken">
          <Sidebar />
        </div>
      ) : null}
      {wide ? null : (
        <Radix.Root open={drawer} onOpenChange={(next) => !next && closeDrawer()}>
          <Radix.Portal>
            <Radix.Overlay className="fade-in fixed inset-0 z-40 bg-overlay" />
            <Radix.Content aria-describedby={undefined} className="slide-in-left fixed inset-y-0 left-0 z-50 w-72 max-w-[85vw] bg-sunken shadow-pop outline-none">
              <Radix.Title className="sr-only">Navigation</Radix.Title>
              <Sidebar />
            </Radix.Content>
          </Radix.Portal>
        </Radix.Root>
      )}
      <main id="main" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
        <RunnerProblem />
        <RateLimit />
        <Outlet />
      </main>
      <Overlays />
      <Alerts />
      <DesktopNotices />
      {hosted ? (
        <Suspense fallback={null}>
          <HostedActions />
        </Suspense>
      ) : null}
    </div>
  );
}

/** Each is loaded when it is first opened. */
function Overlays() {
  const overlay = useStore(overlayStore, (state) => state);
  const stale = useStore(staleTaskStore, (value) => value);
  const close = () => overlayStore.set(null);
  return (
    <Suspense fallback={null}>
      {overlay === 'palette' ? <CommandPalette onClose={close} /> : null}
      {overlay === 'shortcuts' ? <ShortcutsDialog onClose={close} /> : null}
      {overlay === 'create-project' ? <CreateProjectDialog onClose={close} /> : null}
      {stale ? <StaleTaskDialog key={`${stale.base.id}:${stale.theirs.version}`} stale={stale} /> : null}
      {overlay === 'new-organisation' ? <NewOrganisationDialog onClose={close} /> : null}
      {overlay === 'switch-organisation' ? <SwitchOrganisation onClose={close} /> : null}
    </Suspense>
  );
}
