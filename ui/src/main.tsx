import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@/app/styles.css';
import { App } from '@/app/App';
import { createQueryClient } from '@/app/queryClient';
import { createAppRouter } from '@/app/router';
import { exchangeCodeFromAddress } from '@/shared/api/auth';
import { startFeed } from '@/shared/feed/feed';
import { startTheme } from '@/shared/hooks/theme';
import { listenForShortcuts } from '@/shared/keyboard/shortcuts';
import { chooseTransport } from '@/shared/transport';

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
  // The code of the page that the address names comes while the feed connects.
  await Promise.all([startFeed(client).ready, router.preloadRoute({ to: location.pathname })]);
  createRoot(root).render(
    <StrictMode>
      <App client={client} router={router} />
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root) void start(root);
