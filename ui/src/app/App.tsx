import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { authStore } from '@/shared/api/auth';
import { useStore } from '@/shared/hooks/createStore';
import { Announcer } from '@/shared/ui/announce';
import { ConfirmDialog } from '@/shared/ui/confirm';
import { Toasts } from '@/shared/ui/toast';
import { DisconnectedPage } from './DisconnectedPage';
import { LoginState } from './LoginState';
import type { AppRouter } from './router';

export function App({ client, router }: { client: QueryClient; router: AppRouter }) {
  const auth = useStore(authStore, (state) => state);
  if (auth === 'disconnected') return <DisconnectedPage />;
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <LoginState router={router} />
      <ConfirmDialog />
      <Toasts />
      <Announcer />
    </QueryClientProvider>
  );
}
