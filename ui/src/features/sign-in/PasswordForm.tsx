import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ApiError, rateLimitEnd } from '@/shared/api/errors';
import type { Me } from '@/shared/api/identity';
import { loginCalls } from '@/shared/api/login';
import { Button } from '@/shared/ui/Button';
import { useSecondsUntil } from '@/shared/ui/Countdown';
import { Field, Input } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { PasswordInput } from '@/shared/ui/PasswordInput';

interface PasswordFormProps {
  onSignedIn: (me: Me) => void;
  /** Whether the button is the first thing one would press. */
  primary: boolean;
}

/** Signs in to a local account. */
export function PasswordForm({ onSignedIn, primary }: PasswordFormProps) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({ mutationFn: () => loginCalls.signIn(username.trim(), password), onSuccess: onSignedIn });
  const left = useSecondsUntil(rateLimitEnd(signIn.error));
  const wrong = signIn.error instanceof ApiError && signIn.error.code === 'credentials_invalid';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!signIn.isPending && left === 0) signIn.mutate();
  };
  return (
    <form onSubmit={submit} aria-label="Sign in with a password" className="flex flex-col gap-3">
      <Field label="User name">
        {(control) => <Input {...control} name="username" autoComplete="username" autoCapitalize="none" autoFocus={primary} required className="h-9" value={username} onChange={(event) => setUsername(event.target.value)} />}
      </Field>
      <Field label="Password">
        {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" required className="h-9" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <FormError error={signIn.error}>{wrong ? 'There is no account with this user name and password. Check both: capitals matter in the password alone.' : null}</FormError>
      <Button type="submit" variant={primary ? 'primary' : 'secondary'} className="mt-1 h-9 w-full" busy={signIn.isPending || signIn.isSuccess} disabled={left > 0}>
        Sign in
      </Button>
    </form>
  );
}
