import { useSearch } from '@tanstack/react-router';
import { SignInPage } from '@/features/sign-in/SignInPage';

export function SignInRoute() {
  const search = useSearch({ from: '/sign-in' });
  return <SignInPage search={search} />;
}
