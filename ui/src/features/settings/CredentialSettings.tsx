import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus, RefreshCw, Trash2 } from 'lucide-react';
import { useId, useRef, useState, type FormEvent } from 'react';
import { ApiError, errorText } from '@/shared/api/errors';
import { credentialCalls, credentialsQuery } from '@/shared/api/credentials';
import { keys } from '@/shared/api/keys';
import type { Credentials } from '@/shared/api/types';
import { Button, IconButton } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { Field, Input } from '@/shared/ui/Field';
import { Section } from '@/shared/ui/Page';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';

/** Names under which the known agents look for their keys. */
const KNOWN = ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'CODEX_API_KEY', 'CURSOR_API_KEY', 'GEMINI_API_KEY', 'GH_TOKEN', 'MISTRAL_API_KEY', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY', 'XAI_API_KEY'];

/** Keys and tokens that agents are given. Their values go to the server and never come back. */
export function CredentialSettings() {
  const { data: credentials, error, refetch } = useQuery(credentialsQuery());
  return (
    <Section title="Credentials for agents" description="Each agent that you start finds them in its environment. Set-up scripts and terminals do not get them. Saved at once.">
      {credentials ? (
        <>
          <Kept credentials={credentials} />
          <Place credentials={credentials} />
        </>
      ) : error ? (
        <ErrorState title="The credentials could not be listed" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonLines />
      )}
    </Section>
  );
}

function Kept({ credentials }: { credentials: Credentials }) {
  const [name, setName] = useState('');
  const value = useRef<HTMLInputElement>(null);
  const replace = (known: string) => {
    setName(known);
    value.current?.focus();
  };
  return (
    <>
      {credentials.items.length > 0 ? (
        <ul aria-label="Credentials" className="divide-y rounded-lg border bg-surface">
          {credentials.items.map((credential) => (
            <Row key={credential.name} name={credential.name} onReplace={() => replace(credential.name)} />
          ))}
        </ul>
      ) : (
        <p className="text-muted">None yet. An agent that you have signed in to in a terminal works without; a key from here is for those that you have not.</p>
      )}
      <SetCredential name={name} onName={setName} known={credentials.items.map((each) => each.name)} value={value} />
    </>
  );
}

function Row({ name, onReplace }: { name: string; onReplace: () => void }) {
  const client = useQueryClient();
  const remove = async () => {
    const yes = await confirm({
      title: `Remove ${name}?`,
      body: 'Agents that you start from now on do not get it. It cannot be got back from here: its value is not shown to anybody.',
      confirmLabel: 'Remove',
      danger: true,
    });
    if (!yes) return;
    try {
      await credentialCalls.remove(name);
      toast.done(`Removed ${name}`);
    } catch (error) {
      toast.failed(`${name} could not be removed`, error);
    }
    await client.invalidateQueries({ queryKey: keys.credentials });
  };
  return (
    <li className="flex items-center gap-2.5 py-1.5 pr-2 pl-3">
      <KeyRound size={14} className="shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate font-mono text-sm">{name}</span>
      <IconButton label={`Replace ${name}`} onClick={onReplace}>
        <RefreshCw size={14} />
      </IconButton>
      <IconButton label={`Remove ${name}`} onClick={() => void remove()}>
        <Trash2 size={14} />
      </IconButton>
    </li>
  );
}

interface SetCredentialProps {
  name: string;
  onName: (name: string) => void;
  /** Names that have a value. */
  known: string[];
  value: React.RefObject<HTMLInputElement | null>;
}

function SetCredential({ name, onName, known, value }: SetCredentialProps) {
  const client = useQueryClient();
  const listId = useId();
  const [secret, setSecret] = useState('');
  const put = useMutation({
    mutationFn: () => credentialCalls.put(name.trim(), secret),
    onSuccess: () => {
      toast.done(`Saved ${name.trim()}`);
      onName('');
      setSecret('');
      return client.invalidateQueries({ queryKey: keys.credentials });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  const fault = (field: string) => (put.error instanceof ApiError ? put.error.field(field) : undefined);
  const general = put.error && !fault('name') && !fault('value') ? errorText(put.error) : undefined;
  const replaces = known.includes(name.trim());
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <div className="grid items-start gap-3 sm:grid-cols-[1fr_1fr_auto]">
        <Field label="Variable" error={fault('name')}>
          {(control) => <Input {...control} list={listId} className="font-mono text-sm" value={name} placeholder="ANTHROPIC_API_KEY" onChange={(event) => onName(event.target.value)} />}
        </Field>
        <Field label="Value" error={fault('value')}>
          {(control) => <Input {...control} ref={value} type="password" autoComplete="new-password" className="font-mono text-sm" value={secret} onChange={(event) => setSecret(event.target.value)} />}
        </Field>
        <Button type="submit" className="sm:mt-[21px]" busy={put.isPending} disabled={!name.trim() || !secret.trim()}>
          {replaces ? <RefreshCw size={14} /> : <Plus size={14} />} {replaces ? 'Replace' : 'Add'}
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

function Place({ credentials }: { credentials: Credentials }) {
  if (credentials.kept_in === 'database') return <p className="text-sm text-faint">Kept sealed in this Switchyard’s database. Your agents alone get them.</p>;
  return credentials.kept_in === 'keychain' ? (
    <p className="text-sm text-faint">Kept in this computer’s keychain.</p>
  ) : (
    <p className="text-sm text-faint">
      No keychain answers on this computer: kept unencrypted in <code className="font-mono text-xs break-all">{credentials.path}</code>, which your user account alone can read.
    </p>
  );
}
