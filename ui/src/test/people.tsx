import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { authStore, compareLogin, currentLogin, openedFor } from '@/shared/api/auth';
import type { Info, Me, Organisation, Role } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { projectReadOnlyStore, readOnlyStore } from '@/shared/identity/readOnly';
import { ConfirmDialog } from '@/shared/ui/confirm';
import { Toasts } from '@/shared/ui/toast';

export const ADA = { id: 'ada', name: 'Ada Lovelace' };
export const ENGINES = { id: 'engines', name: 'Analytical Engines' };

/** What a hosted instance says about itself to whoever is signed in, or to nobody. */
export const hostedInfo = (user: Info['user'] = ADA, organisation: Info['organisation'] = user && ENGINES): Info => ({
  name: 'Switchyard',
  version: '1',
  mode: 'kubernetes',
  auth: ['github', 'password'],
  features: { local_repos: false, clone: true, terminals: true, registration: 'open' },
  user,
  organisation,
  data_dir: null,
  runner_problem: null,
});

export const makeOrganisation = (role: Role, patch: Partial<Organisation> = {}): Organisation => ({ ...ENGINES, personal: false, role, version: 1, ...patch });

export const makeMe = (role: Role, patch: Partial<Me> = {}): Me => {
  const organisation = makeOrganisation(role);
  return { user: { ...ADA, username: 'ada', email: 'ada@example.org', avatar_url: null, instance_admin: false }, organisation, organisations: [organisation], ...patch };
};

/** A page that was opened by Ada, who has this role in her organisation. */
export function openAs(role: Role): QueryClient {
  compareLogin(hostedInfo());
  readOnlyStore.set(role === 'viewer');
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(keys.info, hostedInfo());
  client.setQueryData(keys.me, makeMe(role));
  return client;
}

/** As if the window had not been opened. */
export function closePage(): void {
  openedFor.set(null);
  currentLogin.set(null);
  authStore.set('unknown');
  readOnlyStore.set(false);
  projectReadOnlyStore.set(false);
}

/** Shows a page with what every page has around it. */
export async function renderPage(client: QueryClient, page: ReactNode, address = '/') {
  const root = createRootRoute({ component: Outlet });
  const any = createRoute({ getParentRoute: () => root, path: '$', component: () => page });
  const home = createRoute({ getParentRoute: () => root, path: '/', component: () => page });
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createRouter({ routeTree: root.addChildren([home, any]), history });
  await router.load();
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
      <ConfirmDialog />
      <Toasts />
    </QueryClientProvider>,
  );
  return { history };
}
