import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FolderGit2, GitBranch, Plus, Unlink } from 'lucide-react';
import type { FormEvent } from 'react';
import { errorText } from '@/shared/api/errors';
import { keys } from '@/shared/api/keys';
import { projectCalls, reposQuery, type NewRepo } from '@/shared/api/projects';
import type { Repo, Uuid } from '@/shared/api/types';
import { CloneStatus } from '@/shared/repos/CloneStatus';
import { Button, IconButton } from '@/shared/ui/Button';
import { confirm } from '@/shared/ui/confirm';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { toast } from '@/shared/ui/toast';
import { RepoSource, useRepoDraft } from './RepoSource';

export function RepoList({ projectId }: { projectId: Uuid }) {
  const { data: repos, error, refetch } = useQuery(reposQuery(projectId));
  if (error) return <ErrorState title="The repositories could not be listed" error={error} onRetry={() => void refetch()} />;
  if (!repos) return <SkeletonLines />;
  return (
    <div className="flex flex-col gap-3">
      {repos.length > 0 ? (
        <ul className="divide-y rounded-lg border bg-surface">
          {repos.map((repo) => (
            <RepoRow key={repo.id} repo={repo} />
          ))}
        </ul>
      ) : (
        <p className="text-warning">This project has no repository yet: agents cannot work on its tasks. Add one below.</p>
      )}
      <AddRepo projectId={projectId} />
    </div>
  );
}

function RepoRow({ repo }: { repo: Repo }) {
  const client = useQueryClient();
  const remove = async () => {
    const yes = await confirm({
      title: `Take “${repo.name}” out of the project?`,
      body: `New workspaces will not include it. ${repo.url === null ? 'The repository itself, its branches and its files stay as they are.' : 'The remote stays as it is. Clones that were made here go, once no workspace uses them, unless something in them is not at the remote.'}`,
      confirmLabel: 'Take out',
    });
    if (!yes) return;
    try {
      await projectCalls.removeRepo(repo);
      await client.invalidateQueries({ queryKey: keys.repos(repo.project_id) });
      toast.done(`Took out “${repo.name}”`, () => void addBack());
    } catch (error) {
      toast.failed(`“${repo.name}” could not be taken out`, error);
    }
  };
  const addBack = async () => {
    try {
      await projectCalls.addRepo(repo.project_id, repo.url !== null ? { url: repo.url } : { path: repo.path ?? '' });
      await client.invalidateQueries({ queryKey: keys.repos(repo.project_id) });
    } catch (error) {
      toast.failed(`“${repo.name}” could not be added again`, error);
    }
  };
  return (
    <li className="flex items-center gap-2.5 py-2 pr-2 pl-3">
      <FolderGit2 size={15} className="shrink-0 text-muted" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="truncate font-medium">{repo.name}</p>
        <p className="truncate font-mono text-xs text-faint" title={repo.path ?? undefined}>
          {repo.url ?? repo.path}
        </p>
        <CloneStatus repo={repo} />
      </div>
      {repo.default_branch ? (
        <span className="flex items-center gap-1 text-sm text-faint">
          <GitBranch size={12} /> {repo.default_branch}
        </span>
      ) : null}
      <IconButton label={`Take ${repo.name} out of the project`} onClick={() => void remove()}>
        <Unlink size={14} />
      </IconButton>
    </li>
  );
}

function AddRepo({ projectId }: { projectId: Uuid }) {
  const client = useQueryClient();
  const source = useRepoDraft();
  const add = useMutation({
    mutationFn: (repo: NewRepo) => projectCalls.addRepo(projectId, repo),
    onSuccess: async () => {
      source.clear();
      await client.invalidateQueries({ queryKey: keys.repos(projectId) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (source.asked) add.mutate(source.asked);
  };
  return (
    <form onSubmit={submit} className="flex flex-col items-start gap-2">
      <div className="w-full">
        <RepoSource source={source} label="Add a repository" error={add.error ? errorText(add.error) : undefined} />
      </div>
      <Button type="submit" busy={add.isPending} disabled={!source.asked}>
        <Plus size={14} /> Add
      </Button>
    </form>
  );
}
