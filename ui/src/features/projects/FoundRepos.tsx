import { useQuery } from '@tanstack/react-query';
import { FolderGit2, GitBranch } from 'lucide-react';
import { useState } from 'react';
import type { FoundRepo } from '@/shared/api/types';
import { cn } from '@/shared/ui/cn';
import { Input } from '@/shared/ui/Field';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { foundReposQuery } from './api/fs';

/** More than fit in sight are only worth a filter. */
const FILTER_FROM = 8;
const MOST_SHOWN = 200;

interface FoundReposProps {
  chosen: string;
  onChoose: (repo: FoundRepo) => void;
}

/** The repositories below the home folder, to pick one. */
export function FoundRepos({ chosen, onChoose }: FoundReposProps) {
  const { data, error, refetch } = useQuery(foundReposQuery());
  const [filter, setFilter] = useState('');

  if (error) return <ErrorState title="The home folder could not be searched" error={error} onRetry={() => void refetch()} className="p-4" />;
  if (!data) return <SkeletonLines lines={3} label="Looking for repositories" />;
  if (data.items.length === 0) return <p className="text-sm text-faint">No repositories were found below your home folder. Type the path above.</p>;

  const shown = data.items.filter((repo) => repo.path.toLowerCase().includes(filter.toLowerCase())).slice(0, MOST_SHOWN);
  return (
    <div className="flex flex-col gap-2">
      {data.items.length >= FILTER_FROM ? (
        <Input aria-label="Filter the repositories" placeholder="Filter…" value={filter} onChange={(event) => setFilter(event.target.value)} />
      ) : null}
      <ul className="max-h-52 overflow-y-auto rounded-lg border p-1" aria-label="Repositories found">
        {shown.map((repo) => (
          <li key={repo.path}>
            <button
              type="button"
              aria-pressed={repo.path === chosen}
              onClick={() => onChoose(repo)}
              className={cn('flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left hover:bg-hover', repo.path === chosen && 'bg-accent-soft hover:bg-accent-soft')}
            >
              <FolderGit2 size={15} className="shrink-0 text-muted" />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{repo.name}</span>
                <span className="block truncate font-mono text-xs text-faint">{repo.path}</span>
              </span>
              {repo.branch ? (
                <span className="flex max-w-32 shrink-0 items-center gap-1 text-xs text-faint">
                  <GitBranch size={12} className="shrink-0" /> <span className="truncate">{repo.branch}</span>
                </span>
              ) : null}
            </button>
          </li>
        ))}
      </ul>
      {data.complete ? null : <p className="text-sm text-faint">The search stopped early; there may be more. A typed path always works.</p>}
    </div>
  );
}
