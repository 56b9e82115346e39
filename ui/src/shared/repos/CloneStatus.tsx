import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, RotateCw, X } from 'lucide-react';
import { keys } from '@/shared/api/keys';
import { cloneCalls, cloneQuery } from '@/shared/api/projects';
import type { Repo } from '@/shared/api/types';
import { ForWriters } from '@/shared/identity/ForWriters';
import { Button, IconButton } from '@/shared/ui/Button';
import { cn } from '@/shared/ui/cn';
import { toast } from '@/shared/ui/toast';
import { clonePart, cloneText } from './cloneText';

/** How one's own clone of a repository stands, where it is not simply there. */
export function CloneStatus({ repo }: { repo: Repo }) {
  if (repo.clone?.status === 'cloning') return <Cloning repo={repo} />;
  if (repo.clone?.status === 'failed') return <Failed repo={repo} />;
  if (repo.clone?.error) return <p className="text-sm [overflow-wrap:anywhere] text-warning">{repo.clone.error}</p>;
  return null;
}

function Cloning({ repo }: { repo: Repo }) {
  const client = useQueryClient();
  const { data } = useQuery(cloneQuery(repo.id));
  const cancel = useMutation({
    mutationFn: () => cloneCalls.cancel(repo.id),
    onError: (error) => toast.failed(`Cloning “${repo.name}” could not be cancelled`, error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.repos(repo.project_id) }),
  });
  const progress = data?.progress ?? null;
  const part = clonePart(progress);
  return (
    <div className="flex items-center gap-2">
      <div
        role="progressbar"
        aria-label={`Cloning ${repo.name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={part === null ? undefined : Math.round(part)}
        aria-valuetext={cloneText(progress)}
        className="h-1.5 min-w-16 flex-1 overflow-hidden rounded-full bg-sunken"
      >
        <div className={cn('h-full rounded-full bg-accent transition-[width]', part === null && 'animate-pulse opacity-40')} style={{ width: `${part ?? 100}%` }} />
      </div>
      <span className="shrink-0 text-xs text-muted tabular-nums">{cloneText(progress)}</span>
      <ForWriters>
        <IconButton label={`Cancel cloning ${repo.name}`} onClick={() => cancel.mutate()}>
          <X size={13} />
        </IconButton>
      </ForWriters>
    </div>
  );
}

function Failed({ repo }: { repo: Repo }) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => cloneCalls.begin(repo.id),
    onError: (error) => toast.failed(`“${repo.name}” could not be cloned`, error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.repos(repo.project_id) }),
  });
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm">
      <CircleAlert size={13} className="shrink-0 text-danger" />
      <p className="min-w-48 flex-1 [overflow-wrap:anywhere] text-muted">
        {repo.clone?.error}{' '}
        {repo.clone?.reason === 'remote_refused' ? (
          <Link to="/settings" hash="git-remotes" className="text-accent-text underline">
            To the settings
          </Link>
        ) : null}
      </p>
      <ForWriters>
        <Button busy={retry.isPending} onClick={() => retry.mutate()}>
          <RotateCw size={13} /> Try again
        </Button>
      </ForWriters>
    </div>
  );
}
