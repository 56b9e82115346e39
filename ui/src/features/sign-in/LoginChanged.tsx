import { useMutation } from '@tanstack/react-query';
import { announceLogin, currentLogin, openedFor } from '@/shared/api/auth';
import { readInfo } from '@/shared/api/instance';
import { loginCalls } from '@/shared/api/login';
import { useStore } from '@/shared/hooks/createStore';
import { Button } from '@/shared/ui/Button';
import { Dialog } from '@/shared/ui/Dialog';
import { FormError } from '@/shared/ui/FormError';

/** The browser signs in for all of its windows at once: this one shows what another login is not for. */
export function LoginChanged() {
  const opened = useStore(openedFor, (value) => value);
  const now = useStore(currentLogin, (value) => value);
  const back = useMutation({
    mutationFn: async () => {
      await loginCalls.actIn(opened?.organisation.id ?? '');
      announceLogin();
      await readInfo();
    },
  });
  if (!opened || !now) return null;
  const samePerson = opened.user.id === now.user.id;
  return (
    <Dialog
      open
      onOpenChange={() => undefined}
      stays
      closeButton={false}
      width="sm"
      title={samePerson ? `You are in “${now.organisation.name}” now` : `${now.user.name} is signed in now`}
      description={
        samePerson
          ? `This page shows “${opened.organisation.name}”. Another window went over, or you belong there no longer.`
          : `This page was opened by ${opened.user.name}. Nothing on it can be saved until they sign in again in this browser.`
      }
      footer={
        <>
          {samePerson ? (
            <Button busy={back.isPending} onClick={() => back.mutate()}>
              Back to “{opened.organisation.name}”
            </Button>
          ) : null}
          <Button variant="primary" onClick={() => location.assign('/')}>
            {samePerson ? 'Go on there' : `Go on as ${now.user.name}`}
          </Button>
        </>
      }
    >
      <FormError error={back.error} />
    </Dialog>
  );
}
