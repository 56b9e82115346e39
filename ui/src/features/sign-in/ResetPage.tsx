import { useMutation } from '@tanstack/react-query';
import { CircleCheck, KeyRound } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { ApiError, rateLimitEnd } from '@/shared/api/errors';
import { loginCalls } from '@/shared/api/login';
import { Button } from '@/shared/ui/Button';
import { useSecondsUntil } from '@/shared/ui/Countdown';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { EmptyState } from '@/shared/ui/States';
import { Frame } from './Frame';
import { useFragment } from './useFragment';

const SIGN_IN = (
  <a href="/sign-in" className="font-medium text-accent-text hover:underline">
    Go to the sign-in page
  </a>
);

/** Where somebody who forgot their password chooses another, with the address that they were sent. */
export function ResetPage() {
  const token = new URLSearchParams(useFragment() ?? '').get('token');
  const [password, setPassword] = useState('');
  const reset = useMutation({ mutationFn: (secret: string) => loginCalls.finishReset(secret, password) });
  const refusal = reset.error instanceof ApiError ? reset.error : null;
  const left = useSecondsUntil(rateLimitEnd(refusal));
  const isOver = refusal?.code === 'reset_invalid';
  const fault = refusal?.field('password');

  if (!token)
    return (
      <Frame title="Choose a new password" foot={SIGN_IN}>
        <EmptyState className="p-2" icon={<KeyRound size={24} />} title="This address is not complete">
          Open the whole address that you were sent, with what stands behind the “#”.
        </EmptyState>
      </Frame>
    );
  if (reset.isSuccess)
    return (
      <Frame title="Your password is changed" foot={SIGN_IN}>
        <div className="flex flex-col items-center gap-2 text-center">
          <CircleCheck size={26} className="text-success" />
          <p className="text-muted">You were signed out everywhere. Sign in with the new password.</p>
        </div>
      </Frame>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!reset.isPending && left === 0) reset.mutate(token);
  };
  return (
    <Frame title="Choose a new password" lead="It signs you out everywhere else." foot={SIGN_IN}>
      <form onSubmit={submit} aria-label="Choose a new password" className="flex flex-col gap-3">
        <Field label="New password" hint="12 characters or more; several words do well." error={fault}>
          {(control) => <PasswordInput {...control} name="new-password" autoComplete="new-password" autoFocus required minLength={12} maxLength={200} className="h-9" value={password} onChange={(event) => setPassword(event.target.value)} />}
        </Field>
        {fault ? null : <FormError error={reset.error}>{isOver ? 'This address was used already, or is over. Ask whoever runs this Switchyard for a new one.' : null}</FormError>}
        <Button type="submit" variant="primary" className="mt-1 h-9 w-full" busy={reset.isPending} disabled={left > 0 || isOver}>
          Change password
        </Button>
      </form>
    </Frame>
  );
}
