import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { infoQuery } from '@/shared/api/instance';
import type { NewRepo } from '@/shared/api/projects';
import { Field, Input } from '@/shared/ui/Field';
import { Segmented } from '@/shared/ui/Segmented';
import { FoundRepos } from './FoundRepos';
import { PathInput } from './PathInput';

type Kind = 'path' | 'url' | 'name';

const KINDS: { id: Kind; label: string }[] = [
  { id: 'path', label: 'On this machine' },
  { id: 'url', label: 'By address' },
  { id: 'name', label: 'New' },
];

export interface RepoDraft {
  kind: Kind;
  path: string;
  url: string;
  name: string;
  folder: string;
}

/** What a person is about to add, and what of it the server is told. */
export function useRepoDraft() {
  const { data: info } = useQuery(infoQuery());
  const local = info?.features.local_repos ?? false;
  const [draft, setDraft] = useState<RepoDraft>({ kind: 'path', path: '', url: '', name: '', folder: '' });
  // Nobody has a path on a server of many.
  const kind: Kind = draft.kind === 'path' && !local ? 'url' : draft.kind;
  const said = draft[kind].trim();
  const folder = local && draft.folder.trim() ? { folder: draft.folder.trim() } : {};
  const asked: NewRepo = kind === 'path' ? { path: said } : kind === 'url' ? { url: said, ...folder } : { name: said, ...folder };
  return {
    draft: { ...draft, kind },
    local,
    change: (patch: Partial<RepoDraft>) => setDraft((now) => ({ ...now, ...patch })),
    clear: () => setDraft((now) => ({ ...now, path: '', url: '', name: '', folder: '' })),
    /** Null while nothing is given. */
    asked: said ? asked : null,
    /** What a project would be called after it. */
    title: nameOf(said),
  };
}

/** The last part of a path or an address. */
export const nameOf = (text: string): string => (text.replace(/[/]+$/, '').split(/[/:]/).pop() ?? '').replace(/\.git$/, '');

interface RepoSourceProps {
  source: ReturnType<typeof useRepoDraft>;
  label: string;
  error: string | undefined;
  /** Whether the repositories below the home folder are listed. */
  listed?: boolean;
}

/** Where a repository comes from: this machine, a remote, or nowhere yet. */
export function RepoSource({ source, label, error, listed = false }: RepoSourceProps) {
  const { draft, change, local } = source;
  return (
    <div className="flex flex-col gap-3">
      <Segmented label="Where the repository is" value={draft.kind} onChange={(kind) => change({ kind })} options={KINDS.filter((kind) => local || kind.id !== 'path')} />
      {draft.kind === 'path' ? (
        <>
          <Field label={label} hint={listed ? 'The path of a git repository on this machine, typed or picked below.' : undefined} error={error}>
            {(control) => <PathInput {...control} value={draft.path} onChange={(path) => change({ path })} />}
          </Field>
          {listed ? <FoundRepos chosen={draft.path} onChoose={(repo) => change({ path: repo.path })} /> : null}
        </>
      ) : (
        <>
          {draft.kind === 'url' ? (
            <Field label="Address" hint="Of a repository or one of its pages. A private one needs a token for its host, under Settings." error={error}>
              {(control) => <Input {...control} className="font-mono text-sm" value={draft.url} placeholder="https://github.com/owner/name" onChange={(event) => change({ url: event.target.value })} />}
            </Field>
          ) : (
            <Field label="Name of the repository" hint="It is made with a first commit." error={error}>
              {(control) => <Input {...control} className="font-mono text-sm" value={draft.name} placeholder="my-idea" onChange={(event) => change({ name: event.target.value })} />}
            </Field>
          )}
          {local ? (
            <Field label="Folder" hint="Where it is put; empty: where Switchyard keeps its repositories.">
              {(control) => <PathInput {...control} value={draft.folder} onChange={(folder) => change({ folder })} />}
            </Field>
          ) : null}
        </>
      )}
    </div>
  );
}
