import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop, LogOut, Smartphone } from 'lucide-react';
import type { Login } from '@/shared/api/identity';
import { keys } from '@/shared/api/keys';
import { loginCalls, loginsQuery } from '@/shared/api/login';
import { signOut } from '@/shared/identity/changeLogin';
import { useAuthority } from '@/shared/identity/useAuthority';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { LongList } from '@/shared/ui/LongList';
import { PageBody, Section } from '@/shared/ui/Page';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { ChangePassword } from './ChangePassword';
import { deviceOf } from './device';

const ROW_HEIGHT = 56;
const METHODS = { github: 'GitHub', password: 'Password' };

/** Where one is signed in, and how to end it; and the password, for who has one. */
export function DevicesPage() {
  const { data: logins, error, refetch } = useQuery({ ...loginsQuery(), refetchOnMount: 'always' });
  const { me } = useAuthority();
  // This one first: by it one finds out what the words on the others mean.
  const shown = logins?.toSorted((a, b) => Number(b.current) - Number(a.current));
  return (
    <PageBody>
      <Section title="Signed-in devices" description="The browsers and programs in which you are signed in. Sign out what you do not know, and then change your password.">
        {shown ? (
          <>
            <LongList label="Signed-in devices" items={shown} keyOf={({ id }) => id} rowHeight={ROW_HEIGHT}>
              {(login) => <Row login={login} />}
            </LongList>
            {shown.length > 1 ? <EndOthers others={shown.filter(({ current }) => !current).length} /> : null}
          </>
        ) : error ? (
          <ErrorState title="Your devices could not be listed" error={error} onRetry={() => void refetch()} />
        ) : (
          <SkeletonLines />
        )}
      </Section>
      {me?.user.username ? <ChangePassword username={me.user.username} /> : null}
    </PageBody>
  );
}

function Row({ login }: { login: Login }) {
  const client = useQueryClient();
  const { name, handheld } = deviceOf(login.user_agent);
  const Icon = handheld ? Smartphone : Laptop;
  const end = async () => {
    if (login.current) return signOut();
    client.setQueryData<Login[]>(keys.logins, (list) => list?.filter(({ id }) => id !== login.id));
    try {
      await loginCalls.end(login.id);
      toast.done(`${name} is signed out`);
    } catch (error) {
      toast.failed(`${name} could not be signed out`, error);
    }
    await client.invalidateQueries({ queryKey: keys.logins });
  };
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 px-3 py-2">
      <Icon size={18} className="shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <span className="truncate font-medium" title={login.user_agent}>
            {name}
          </span>
          {login.current ? <Badge tone="success">This device</Badge> : null}
        </p>
        <p className="truncate text-sm text-muted">
          {METHODS[login.method]}, from {login.address}, {login.current ? 'active now' : <>last seen <RelativeTime time={login.last_seen_at} /></>}
        </p>
      </div>
      <Button size="sm" variant="ghost" aria-label={`Sign out ${login.current ? 'this device' : name}`} onClick={() => void end()}>
        <LogOut size={13} /> Sign out
      </Button>
    </div>
  );
}

function EndOthers({ others }: { others: number }) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: loginCalls.endOthers,
    onSuccess: ({ ended }) => {
      toast.done(ended === 1 ? 'One other device is signed out' : `${ended} other devices are signed out`);
      return client.invalidateQueries({ queryKey: keys.logins });
    },
    onError: (error) => toast.failed('The other devices could not be signed out', error),
  });
  const ask = async () => {
    const yes = await confirm({
      title: 'Sign out everywhere else?',
      body: `${others === 1 ? 'One other device is' : `${others} other devices are`} signed out at once, with what is open there. You stay signed in here.`,
      confirmLabel: 'Sign out the others',
      danger: true,
    });
    if (yes) end.mutate();
  };
  return (
    <Button variant="danger" className="w-fit" busy={end.isPending} onClick={() => void ask()}>
      <LogOut size={14} /> Sign out everywhere else
    </Button>
  );
}
