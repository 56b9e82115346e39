import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ApiError, rateLimitEnd } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { loginCalls } from '@/shared/api/login';
import { Button } from '@/shared/ui/Button';
import { useSecondsUntil } from '@/shared/ui/Countdown';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { Section } from '@/shared/ui/Page';
import { PasswordInput } from '@/shared/ui/PasswordInput';
import { toast } from '@/shared/ui/toast';

/** For who signs in with a password of their own. */
export function ChangePassword({ username }: { username: string }) {
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => loginCalls.changePassword(current, next),
    onSuccess: () => {
      toast.done('Your password is changed, and other devices are signed out');
      setCurrent('');
      setNext('');
      return client.invalidateQueries({ queryKey: keys.logins });
    },
  });
  const refusal = change.error instanceof ApiError ? change.error : null;
  const left = useSecondsUntil(rateLimitEnd(refusal));
  const currentFault = refusal?.code === 'credentials_invalid' ? 'This is not your password.' : refusal?.field('current');
  const nextFault = refusal?.field('new') ?? refusal?.field('password');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending && left === 0) change.mutate();
  };
  return (
    <Section title="Password" description="A new one signs you out everywhere else.">
      <form onSubmit={submit} aria-label="Change the password" className="flex flex-col gap-3">
        {/* Password managers find out by it whose password is changed. */}
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <div className="grid items-start gap-3 sm:grid-cols-2">
          <Field label="Current password" error={currentFault}>
            {(control) => <PasswordInput {...control} name="current-password" autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.target.value)} />}
          </Field>
          <Field label="New password" hint="12 characters or more; several words do well." error={nextFault}>
            {(control) => <PasswordInput {...control} name="new-password" autoComplete="new-password" required minLength={12} maxLength={200} value={next} onChange={(event) => setNext(event.target.value)} />}
          </Field>
        </div>
        {currentFault || nextFault ? null : <FormError error={change.error} />}
        <Button type="submit" className="w-fit" busy={change.isPending} disabled={!current || !next || left > 0}>
          Change password
        </Button>
      </form>
    </Section>
  );
}
