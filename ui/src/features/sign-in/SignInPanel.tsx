import type { Me, Info } from '@/shared/api/identity';
import { gitHubAddress } from '@/shared/api/login';
import { EmptyState } from '@/shared/ui/States';
import { GitHubLink } from './GitHubLink';
import { PasswordForm } from './PasswordForm';

interface SignInPanelProps {
  info: Info;
  /** Where GitHub's sign-in comes back to. */
  next: string;
  onSignedIn: (me: Me) => void;
  /** Opens GitHub beside this page, which stays as it is. */
  beside?: boolean;
}

/** The ways to sign in that this instance has. */
export function SignInPanel({ info, next, onSignedIn, beside = false }: SignInPanelProps) {
  const github = info.auth.includes('github');
  const password = info.auth.includes('password');
  if (!github && !password) return <EmptyState title="There is no way to sign in">Whoever runs this Switchyard has to set up GitHub or local accounts.</EmptyState>;
  return (
    <div className="flex flex-col gap-4">
      {github ? <GitHubLink href={gitHubAddress(next)} beside={beside} /> : null}
      {github && password ? (
        <div className="flex items-center gap-3 text-sm text-faint" aria-hidden="true">
          <span className="h-px flex-1 bg-line" /> or <span className="h-px flex-1 bg-line" />
        </div>
      ) : null}
      {password ? <PasswordForm onSignedIn={onSignedIn} primary={!github} /> : null}
    </div>
  );
}
