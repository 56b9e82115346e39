import { lazy, Suspense, useEffect } from 'react';
import { authStore, openedFor, waitingChanges } from '@/shared/api/auth';
import { useStore } from '@/shared/hooks/createStore';
import type { AppRouter } from './router';

const SignInAgain = lazy(() => import('@/features/sign-in/SignInAgain').then((module) => ({ default: module.SignInAgain })));
const LoginChanged = lazy(() => import('@/features/sign-in/LoginChanged').then((module) => ({ default: module.LoginChanged })));

/** What lies over the page while the login is not the one that it was opened with. */
export function LoginState({ router }: { router: AppRouter }) {
  const standing = useStore(authStore, (value) => value);
  const isOpened = useStore(openedFor, (opened) => opened !== null);
  useEffect(() => {
    // Found out late that nobody is signed in: the routes lead to the sign-in page.
    if (standing === 'signed-out' && !isOpened) void router.invalidate();
  }, [standing, isOpened, router]);
  const waiting = useStore(waitingChanges, (count) => count);
  useEffect(() => {
    if (waiting === 0) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [waiting]);
  // A window that only signs in beside another one shows nothing that could be out of date.
  if (!isOpened || router.state.location.pathname === '/signed-in') return null;
  return (
    <Suspense fallback={null}>
      {standing === 'signed-out' ? <SignInAgain /> : null}
      {standing === 'changed' ? <LoginChanged /> : null}
    </Suspense>
  );
}
