import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Inbox } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import { approvalsQuery } from '@/shared/api/instance';
import { projectsQuery } from '@/shared/api/projects';
import { taskTitleQuery } from '@/features/approvals/api/taskTitle';
import type { Approval } from '@/shared/api/types';
import { ApprovalButtons } from '@/shared/approvals/ApprovalButtons';
import { useAnswerKeys } from '@/shared/approvals/useAnswerKeys';
import { cn } from '@/shared/ui/cn';
import { PageHeader } from '@/shared/ui/Page';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { EmptyState, ErrorState, Skeleton } from '@/shared/ui/States';
import { GivenUp } from './GivenUp';
import { linkOf } from './link';

/** All questions of all agents, the longest waiting first, and what was given up. */
export function ApprovalsPage() {
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(approvalsQuery());
  const approvals = data?.toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1));
  const [chosen, setChosen] = useState<string | null>(null);
  const at = Math.max(0, approvals?.findIndex((each) => each.id === chosen) ?? 0);
  const current = approvals?.[at];
  useAnswerKeys(current);

  const move = (by: number) => setChosen(approvals?.[Math.min(approvals.length - 1, Math.max(0, at + by))]?.id ?? null);
  useActions([
    { id: 'approvals.next', title: 'Next request', group: 'Approvals', shortcut: ['j', 'arrowdown'], paletteHidden: true, run: () => move(1) },
    { id: 'approvals.previous', title: 'Previous request', group: 'Approvals', shortcut: ['k', 'arrowup'], paletteHidden: true, run: () => move(-1) },
    { id: 'approvals.open', title: 'Open the conversation', group: 'Approvals', shortcut: 'enter', when: () => current !== undefined, run: () => current && void navigate(linkOf(current)) },
  ]);

  return (
    <>
      <PageHeader title="Approvals" />
      {error ? (
        <ErrorState className="flex-1" title="The requests could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : !approvals ? (
        <div className="flex flex-col gap-2 p-4">
          <Skeleton className="h-20" />
          <Skeleton className="h-20" />
        </div>
      ) : (
        <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
          {approvals.length === 0 ? (
            <EmptyState className="flex-1" icon={<Inbox size={28} />} title="Nothing waits for you">
              When an agent asks for permission, it shows up here, whichever project it works on.
            </EmptyState>
          ) : (
            <ul className="mx-auto flex w-full max-w-3xl flex-col gap-2 p-3 sm:p-6">
              {approvals.map((approval) => (
                <Request key={approval.id} approval={approval} current={approval === current} onFocus={() => setChosen(approval.id)} />
              ))}
            </ul>
          )}
          <GivenUp />
        </div>
      )}
    </>
  );
}

function Request({ approval, current, onFocus }: { approval: Approval; current: boolean; onFocus: () => void }) {
  const { data: projects } = useQuery(projectsQuery());
  const { data: title } = useQuery(taskTitleQuery(approval.task_id));
  const frame = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) frame.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <li
      ref={frame}
      aria-current={current || undefined}
      onFocus={onFocus}
      onPointerDown={onFocus}
      className={cn('flex flex-col gap-2 rounded-lg border bg-surface px-3.5 py-2.5', current && 'border-accent shadow-card')}
    >
      <p className="flex items-baseline gap-2 text-sm text-muted">
        <span className="shrink-0">{projects?.find((each) => each.id === approval.project_id)?.name}</span>
        <span aria-hidden="true">›</span>
        <Link {...linkOf(approval)} className="min-w-0 flex-1 truncate hover:text-fg hover:underline">
          {title ?? 'Task'}
        </Link>
        <RelativeTime time={approval.created_at} className="shrink-0 text-faint" />
      </p>
      <p className="font-medium [overflow-wrap:anywhere]">{approval.title}</p>
      <ApprovalButtons approval={approval} withKeys={current} />
    </li>
  );
}
