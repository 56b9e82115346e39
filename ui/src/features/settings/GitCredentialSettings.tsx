import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { GitBranch, Plus, RefreshCw, Trash2 } from 'lucide-react';
import { useId, useRef, useState, type FormEvent } from 'react';
import { gitCredentialCalls, gitCredentialsQuery } from '@/shared/api/credentials';
import { ApiError, errorText } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import type { GitCredential } from '@/shared/api/types';
import { Button, IconButton } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';

const KNOWN = ['github.com', 'gitlab.com', 'bitbucket.org', 'codeberg.org'];

/** Tokens that git shows to the hosts of remotes. They go to the server and never come back. */
export function GitCredentialSettings() {
  const { data: kept, error, refetch } = useQuery(gitCredentialsQuery());
  return (
    <Section
      title="Git remotes"
      id="git-remotes"
      description="Tokens for the hosts that your repositories are cloned from and pushed to. Git alone gets them, each for its own host; agents and terminals do not. Saved at once."
    >
      {kept ? <Kept kept={kept} /> : error ? <ErrorState title="The tokens could not be listed" error={error} onRetry={() => void refetch()} /> : <SkeletonLines />}
    </Section>
  );
}

function Kept({ kept }: { kept: GitCredential[] }) {
  const [host, setHost] = useState('');
  const secret = useRef<HTMLInputElement>(null);
  const replace = (known: string) => {
    setHost(known);
    secret.current?.focus();
  };
  return (
    <>
      {kept.length > 0 ? (
        <ul aria-label="Git remotes" className="divide-y rounded-lg border bg-surface">
          {kept.map((credential) => (
            <Row key={credential.host} credential={credential} onReplace={() => replace(credential.host)} />
          ))}
        </ul>
      ) : (
        <p className="text-muted">None yet. Public repositories are cloned without.</p>
      )}
      <SetToken host={host} onHost={setHost} known={kept.map((each) => each.host)} secret={secret} />
    </>
  );
}

function Row({ credential, onReplace }: { credential: GitCredential; onReplace: () => void }) {
  const client = useQueryClient();
  const { host } = credential;
  const remove = async () => {
    const yes = await confirm({
      title: `Remove the token for ${host}?`,
      body: 'Private repositories of it can be neither cloned nor pushed to any more. It cannot be got back from here.',
      confirmLabel: 'Remove',
      danger: true,
    });
    if (!yes) return;
    try {
      await gitCredentialCalls.remove(host);
      toast.done(`Removed the token for ${host}`);
    } catch (error) {
      toast.failed(`The token for ${host} could not be removed`, error);
    }
    await client.invalidateQueries({ queryKey: keys.gitCredentials });
  };
  return (
    <li className="flex items-center gap-2.5 py-1.5 pr-2 pl-3">
      <GitBranch size={14} className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate font-mono text-sm">{host}</span>
      <span className="truncate text-xs text-faint">{credential.origin === 'sign_in' ? 'from signing in' : credential.username}</span>
      <IconButton label={`Replace the token for ${host}`} onClick={onReplace}>
        <RefreshCw size={14} />
      </IconButton>
      <IconButton label={`Remove the token for ${host}`} onClick={() => void remove()}>
        <Trash2 size={14} />
      </IconButton>
    </li>
  );
}

interface SetTokenProps {
  host: string;
  onHost: (host: string) => void;
  /** Hosts that have one. */
  known: string[];
  secret: React.RefObject<HTMLInputElement | null>;
}

function SetToken({ host, onHost, known, secret }: SetTokenProps) {
  const client = useQueryClient();
  const listId = useId();
  const [username, setUsername] = useState('');
  const [token, setToken] = useState('');
  const put = useMutation({
    mutationFn: () => gitCredentialCalls.put(host.trim(), username.trim(), token),
    onSuccess: () => {
      toast.done(`Saved the token for ${host.trim()}`);
      onHost('');
      setUsername('');
      setToken('');
      return client.invalidateQueries({ queryKey: keys.gitCredentials });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  const fault = (field: string) => (put.error instanceof ApiError ? put.error.field(field) : undefined);
  const general = put.error && !['host', 'username', 'secret'].some(fault) ? errorText(put.error) : undefined;
  const replaces = known.includes(host.trim());
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <div className="grid items-start gap-3 sm:grid-cols-[1fr_1fr_1fr_auto]">
        <Field label="Host" error={fault('host')}>
          {(control) => <Input {...control} list={listId} className="font-mono text-sm" value={host} placeholder="github.com" onChange={(event) => onHost(event.target.value)} />}
        </Field>
        <Field label="User name" error={fault('username')}>
          {(control) => <Input {...control} className="font-mono text-sm" value={username} placeholder="if the host wants one" onChange={(event) => setUsername(event.target.value)} />}
        </Field>
        <Field label="Token" error={fault('secret')}>
          {(control) => <Input {...control} ref={secret} type="password" autoComplete="new-password" className="font-mono text-sm" value={token} onChange={(event) => setToken(event.target.value)} />}
        </Field>
        <Button type="submit" className="sm:mt-[21px]" busy={put.isPending} disabled={!host.trim() || !token.trim()}>
          {replaces ? <RefreshCw size={14} /> : <Plus size={14} />} {replaces ? 'Replace token' : 'Add token'}
        </Button>
      </div>
      <datalist id={listId}>
        {KNOWN.filter((each) => !known.includes(each)).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      {general ? (
        <p role="alert" className="text-sm text-danger">
          {general}
        </p>
      ) : null}
    </form>
  );
}
