import { useState, type ReactNode } from 'react';
import { announceLogin } from '@/shared/api/auth';
import type { Info, OfferedPlace } from '@/shared/api/identity';
import { gitHubAddress } from '@/shared/api/login';
import { invitationCalls } from '@/shared/api/organisation';
import { Button } from '@/shared/ui/Button';
import { Frame } from './Frame';
import { GitHubLink } from './GitHubLink';
import { pendingInvitation } from './invitation';
import { Offer, SEEN_BY_OTHERS } from './Offer';
import { RegisterForm } from './RegisterForm';
import { SignInPanel } from './SignInPanel';

interface ComeInInvitedProps {
  secret: string;
  place: OfferedPlace;
  info: Info;
}

type Way = 'register' | 'sign-in';

/** Who is invited and not signed in says whether they have an account, and is in the organisation with the next step. */
export function ComeInInvited({ secret, place, info }: ComeInInvitedProps) {
  const hasPasswords = info.auth.includes('password');
  const mayRegister = hasPasswords && info.features.registration !== 'closed';
  const [way, setWay] = useState<Way | null>(mayRegister ? null : 'sign-in');

  const enter = () => {
    pendingInvitation.clear();
    announceLogin();
    location.replace('/');
  };
  const accept = async () => {
    try {
      await invitationCalls.accept(secret);
      enter();
    } catch {
      // They are signed in: this page, opened anew, says what is wrong, or lets them try again.
      announceLogin();
      location.reload();
    }
  };

  return (
    <Frame title={`You are invited to ${place.organisation}`} lead={<Offer place={place} />} foot={<OtherWay way={way} onWay={setWay} info={info} mayRegister={mayRegister} />}>
      {way === 'register' ? <RegisterForm invitation={secret} onSignedIn={enter} /> : null}
      {way === 'sign-in' ? <SignInPanel info={info} next="/join" onSignedIn={() => void accept()} /> : null}
      {way === null ? <Ways info={info} onWay={setWay} /> : null}
      <p className="mt-4 text-center text-sm text-balance text-muted">{SEEN_BY_OTHERS}</p>
    </Frame>
  );
}

function Ways({ info, onWay }: { info: Info; onWay: (way: Way) => void }) {
  const github = info.auth.includes('github');
  return (
    <div className="flex flex-col gap-3">
      {github ? <GitHubLink href={gitHubAddress('/join')} beside={false} /> : null}
      <Button variant={github ? 'secondary' : 'primary'} autoFocus={!github} className="h-9 w-full" onClick={() => onWay('register')}>
        Create an account
      </Button>
      <Button className="h-9 w-full" onClick={() => onWay('sign-in')}>
        Sign in with your account
      </Button>
    </div>
  );
}

interface OtherWayProps {
  way: Way | null;
  onWay: (way: Way) => void;
  info: Info;
  mayRegister: boolean;
}

function OtherWay({ way, onWay, info, mayRegister }: OtherWayProps): ReactNode {
  if (way === null) return null;
  const other = (to: Way, text: string) => (
    <button type="button" className="font-medium text-accent-text hover:underline" onClick={() => onWay(to)}>
      {text}
    </button>
  );
  if (way === 'register') return <>You have an account? {other('sign-in', 'Sign in instead')}</>;
  if (mayRegister) return <>New here? {other('register', 'Create an account')}</>;
  if (info.auth.includes('github')) return null;
  return 'New here? Accounts are made by whoever runs this Switchyard. Ask them for one, then open this invitation again.';
}
