import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { announceLogin, onLoginChange } from '@/shared/api/auth';
import { infoQuery } from '@/shared/api/instance';
import { FormError } from '@/shared/ui/FormError';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { Frame } from './Frame';
import { pendingInvitation } from './invitation';
import { safeNext } from './next';
import { RegisterForm } from './RegisterForm';
import { failureText, type SignInSearch } from './search';
import { SignInPanel } from './SignInPanel';

const LINK = 'font-medium text-accent-text hover:underline';

/** Where everybody begins who is not signed in. It leads on to where they wanted to go. */
export function SignInPage({ search }: { search: SignInSearch }) {
  const { data: info, error, refetch } = useQuery(infoQuery());
  const next = safeNext(search.next ?? (pendingInvitation.get() ? '/join' : '/'));
  // The page is loaded anew, so that nothing in it remembers who was here before.
  const goOn = () => location.replace(next);
  const onSignedIn = () => {
    announceLogin();
    goOn();
  };
  const signedIn = info?.user != null;
  useEffect(() => {
    if (signedIn) location.replace(next);
    return onLoginChange(() => location.reload());
  }, [signedIn, next]);

  if (!info)
    return (
      <Frame title="Switchyard">
        {error ? <ErrorState className="p-2" title="Switchyard does not answer" error={error} onRetry={() => void refetch()} /> : <SkeletonLines label="Asking how to sign in" />}
      </Frame>
    );

  const { registration } = info.features;
  const mayRegister = registration === 'open' && info.auth.includes('password');
  if (search.register && mayRegister)
    return (
      <Frame
        title="Create an account"
        lead="You get an organisation of your own, and can be invited to others."
        foot={
          <>
            You have one?{' '}
            <Link to="/sign-in" search={({ register: _register, ...rest }) => rest} className={LINK}>
              Sign in
            </Link>
          </>
        }
      >
        <RegisterForm onSignedIn={onSignedIn} />
      </Frame>
    );

  return (
    <Frame
      title="Sign in to Switchyard"
      lead="A board whose cards run."
      foot={
        mayRegister ? (
          <>
            New here?{' '}
            <Link to="/sign-in" search={({ error: _error, ...rest }) => ({ ...rest, register: true })} className={LINK}>
              Create an account
            </Link>
          </>
        ) : registration === 'invited' ? (
          <ByInvitation />
        ) : null
      }
    >
      <div className="flex flex-col gap-4">
        {search.error ? <FormError>{failureText(search.error)}</FormError> : null}
        <SignInPanel info={info} next={next} onSignedIn={onSignedIn} />
      </div>
    </Frame>
  );
}

/** Where accounts are made by invitation alone. */
const ByInvitation = () =>
  pendingInvitation.get() ? (
    <>
      You are invited?{' '}
      <Link to="/join" className={LINK}>
        Open your invitation
      </Link>
    </>
  ) : (
    'New here? Open the invitation that you were sent, or ask somebody who works here for one.'
  );
