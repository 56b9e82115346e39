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
import { INVITATION_OVER } from './invitation';

interface RegisterFormProps {
  /** The secret of an invitation, whose place the account takes. */
  invitation?: string;
  onSignedIn: (me: Me) => void;
}

const REFUSALS: Record<string, string> = {
  registration_closed: 'New accounts are not made here. Ask whoever runs this Switchyard for one.',
  invitation_required: 'New accounts are made by invitation here. Open the whole address that you were sent, or ask for one.',
  invitation_invalid: INVITATION_OVER,
};
const FIELDS = ['username', 'name', 'email', 'password'];

/** Makes a local account, and signs in to it. */
export function RegisterForm({ invitation, onSignedIn }: RegisterFormProps) {
  const [fields, setFields] = useState({ username: '', name: '', email: '', password: '' });
  const change = (patch: Partial<typeof fields>) => setFields((now) => ({ ...now, ...patch }));
  const { username, name, email, password } = fields;
  const register = useMutation({
    mutationFn: () => loginCalls.register({ username: username.trim(), name: name.trim(), password, ...(email.trim() ? { email: email.trim() } : {}), ...(invitation ? { invitation } : {}) }),
    onSuccess: onSignedIn,
  });
  const refusal = register.error instanceof ApiError ? register.error : null;
  const left = useSecondsUntil(rateLimitEnd(refusal));
  const fault = (field: string) => (field === 'username' && refusal?.code === 'username_taken' ? 'Somebody has this user name already. Choose another one.' : refusal?.field(field));
  const general = register.error && !FIELDS.some((field) => fault(field));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!register.isPending && left === 0) register.mutate();
  };
  return (
    <form onSubmit={submit} aria-label="Create an account" className="flex flex-col gap-3">
      <Field label="Your name" error={fault('name')}>
        {(control) => <Input {...control} name="name" autoComplete="name" autoFocus required maxLength={100} className="h-9" value={name} onChange={(event) => change({ name: event.target.value })} />}
      </Field>
      <Field label="User name" hint="You sign in with it: a to z, digits, dots, hyphens." error={fault('username')}>
        {(control) => <Input {...control} name="username" autoComplete="username" autoCapitalize="none" required maxLength={39} className="h-9" value={username} onChange={(event) => change({ username: event.target.value })} />}
      </Field>
      <Field label="E-mail (may be left out)" error={fault('email')}>
        {(control) => <Input {...control} name="email" type="email" autoComplete="email" className="h-9" value={email} onChange={(event) => change({ email: event.target.value })} />}
      </Field>
      <Field label="Password" hint="12 characters or more; several words do well." error={fault('password')}>
        {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" required minLength={12} maxLength={200} className="h-9" value={password} onChange={(event) => change({ password: event.target.value })} />}
      </Field>
      {general ? <FormError error={register.error}>{REFUSALS[refusal?.code ?? '']}</FormError> : null}
      <Button type="submit" variant="primary" className="mt-1 h-9 w-full" busy={register.isPending || register.isSuccess} disabled={left > 0}>
        Create account
      </Button>
    </form>
  );
}
