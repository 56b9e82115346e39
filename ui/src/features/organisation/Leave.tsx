import { useMutation } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { announceLogin } from '@/shared/api/auth';
import { ApiError } from '@/shared/api/errors';
import type { Me } from '@/shared/api/identity';
import { memberCalls } from '@/shared/api/organisation';
import { Button } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { FormError } from '@/shared/ui/FormError';
import { Section } from '@/shared/ui/Page';
import { lastAdminText } from './MemberRow';

/** The way out of an organisation. */
export function Leave({ me: { user, organisation } }: { me: Me }) {
  const leave = useMutation({
    mutationFn: () => memberCalls.remove(user.id),
    onSuccess: () => {
      announceLogin();
      location.assign('/');
    },
  });
  const ask = async () => {
    const yes = await confirm({
      title: `Leave “${organisation.name}”?`,
      body: 'You lose sight of everything here at once, and your keys stop working. What you made stays. To come back you need a new invitation.',
      confirmLabel: 'Leave',
      danger: true,
    });
    if (yes) leave.mutate();
  };
  const isLast = leave.error instanceof ApiError && leave.error.code === 'last_admin';
  return (
    <Section title="Leave" description="You then go on in your own organisation.">
      <FormError error={leave.error}>{isLast ? lastAdminText : null}</FormError>
      <Button variant="danger" className="w-fit max-w-full" busy={leave.isPending} onClick={() => void ask()}>
        <LogOut size={14} className="shrink-0" />
        <span className="truncate">Leave “{organisation.name}”</span>
      </Button>
    </Section>
  );
}
