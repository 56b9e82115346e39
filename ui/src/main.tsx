import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@/app/styles.css';
import { App } from '@/app/App';
import { createQueryClient } from '@/app/queryClient';
import { createAppRouter } from '@/app/router';
import { authStore, exchangeCodeFromAddress, onLoginChange, openedFor } from '@/shared/api/auth';
import { infoQuery, readInfo } from '@/shared/api/instance';
import { meQuery } from '@/shared/api/login';
import { startFeed } from '@/shared/feed/feed';
import { startTheme } from '@/shared/hooks/theme';
import { listenForShortcuts } from '@/shared/keyboard/shortcuts';
import { chooseTransport } from '@/shared/transport';

/** The page waits no longer for the server to say whom it is for. It is drawn without, and follows. */
const PATIENCE_MS = 1_500;
const soon = (promise: Promise<unknown>): Promise<unknown> => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);

async function start(root: HTMLElement): Promise<void> {
  startTheme();
  await chooseTransport();
  // Without an answer the pages still come up and say so, with a way to try again.
  await exchangeCodeFromAddress().catch(() => undefined);
  // A new address opened in a window that is already here only changes the fragment.
  addEventListener('hashchange', () => location.hash.startsWith('#code=') && location.reload());
  const client = createQueryClient();
  const router = createAppRouter(client);
  listenForShortcuts();
  // The code of the page that the address names comes meanwhile.
  const code = router.preloadRoute({ to: location.pathname });
  // First of all: where nobody is signed in, everything else would only be refused.
  await soon(client.prefetchQuery({ ...infoQuery(), retry: false }));
  const isHosted = openedFor.get() !== null;
  const feed = authStore.get() === 'unknown' ? startFeed(client).ready : null;
  await Promise.all([feed, code, isHosted ? soon(client.prefetchQuery(meQuery())) : null]);
  // The windows of a browser share its login.
  if (isHosted) onLoginChange((change) => change === 'here' && void readInfo().catch(() => undefined));
  createRoot(root).render(
    <StrictMode>
      <App client={client} router={router} />
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root) void start(root);
