import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { GitBranch, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '@/shared/actions/actions';
import { agentName } from '@/shared/agents/spec';
import { SessionPill } from '@/shared/agents/SessionPill';
import { agentsQuery } from '@/shared/api/instance';
import { newestSession, workspaceSessionsQuery } from '@/shared/api/sessions';
import type { Uuid, Workspace } from '@/shared/api/types';
import { diffQuery, isUsable, taskWorkspacesQuery } from '@/shared/api/workspaces';
import { ForWriters } from '@/shared/identity/ForWriters';
import { useReadOnly } from '@/shared/identity/readOnly';
import { Button } from '@/shared/ui/Button';
import { RelativeTime } from '@/shared/ui/RelativeTime';
import { ErrorState, Skeleton } from '@/shared/ui/States';
import { DiffFigures } from './DiffFigures';
import { discardWorkspace } from './discard';
import { StartAgentForm } from './StartAgentForm';
import { WorkspaceBadge } from './WorkspaceBadge';

/** The attempts at a task, and the way to start another. */
export function WorkspaceList({ projectId, taskId }: { projectId: Uuid; taskId: Uuid }) {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const { data: workspaces, error, refetch } = useQuery(taskWorkspacesQuery(taskId));
  const [starting, setStarting] = useState(false);
  const shown = workspaces?.filter((each) => each.status !== 'discarded').sort((a, b) => (a.id < b.id ? 1 : -1));

  useActions([{ id: 'workspace.start', writes: true, title: 'Start an agent on this task', group: 'Task', icon: <Play size={14} />, shortcut: 'shift+r', run: () => setStarting(true) }]);

  return (
    <section aria-labelledby="workspaces-title" className="flex flex-col gap-2 border-t pt-4">
      <div className="flex items-center gap-2">
        <h2 id="workspaces-title" className="flex-1 font-semibold">
          Workspaces
        </h2>
        {starting || readOnly ? null : (
          <Button size="sm" variant={shown?.length === 0 ? 'primary' : 'secondary'} onClick={() => setStarting(true)}>
            <Play size={12} /> Start agent
          </Button>
        )}
      </div>
      {starting ? (
        <StartAgentForm
          projectId={projectId}
          taskId={taskId}
          onCancel={() => setStarting(false)}
          onStarted={(workspace) => {
            setStarting(false);
            void navigate({
              to: '/projects/$projectId/tasks/$taskId/workspaces/$workspaceId',
              params: { projectId, taskId, workspaceId: workspace.id },
            });
          }}
        />
      ) : null}
      {error ? <ErrorState title="The workspaces could not be loaded" error={error} onRetry={() => void refetch()} /> : null}
      {shown ? null : error ? null : <Skeleton className="h-14" />}
      {shown?.length === 0 && !starting ? (
        <p className="text-muted">No agent has worked on this yet. Each attempt gets a branch and a folder of its own, so several can run side by side.</p>
      ) : null}
      <ul className="flex flex-col gap-1.5">
        {shown?.map((workspace) => (
          <Attempt key={workspace.id} workspace={workspace} onAnew={() => setStarting(true)} />
        ))}
      </ul>
    </section>
  );
}

function Attempt({ workspace, onAnew }: { workspace: Workspace; onAnew: () => void }) {
  const client = useQueryClient();
  const { data: agents } = useQuery(agentsQuery());
  const { data: sessions } = useQuery(workspaceSessionsQuery(workspace.id));
  const { data: diff } = useQuery({ ...diffQuery(workspace.id), enabled: isUsable(workspace) });
  const session = sessions ? newestSession(sessions) : undefined;

  if (workspace.status === 'failed')
    return (
      <li className="flex flex-col gap-2 rounded-lg border border-danger/40 p-2.5">
        <div className="flex items-center gap-2">
          <GitBranch size={13} className="shrink-0 text-muted" />
          <span className="min-w-0 flex-1 truncate font-mono text-sm">{workspace.branch}</span>
          <WorkspaceBadge status="failed" />
        </div>
        <p className="[overflow-wrap:anywhere]">{workspace.error ?? 'The workspace could not be made.'}</p>
        <ForWriters>
          <div className="flex gap-2">
            <Button size="sm" onClick={() => void discardWorkspace(client, workspace)}>
              <Trash2 size={12} /> Discard
            </Button>
            <Button size="sm" onClick={() => void discardWorkspace(client, workspace).then((done) => done && onAnew())}>
              <Play size={12} /> Discard and start anew
            </Button>
          </div>
        </ForWriters>
      </li>
    );

  return (
    <li>
      <Link
        to="/projects/$projectId/tasks/$taskId/workspaces/$workspaceId"
        params={{ projectId: workspace.project_id, taskId: workspace.task_id, workspaceId: workspace.id }}
        className="flex flex-col gap-1 rounded-lg border bg-surface px-2.5 py-2 shadow-card hover:border-line-strong hover:bg-hover"
      >
        <span className="flex items-center gap-2">
          <GitBranch size={13} className="shrink-0 text-muted" />
          <span className="min-w-0 flex-1 truncate font-mono text-sm">{workspace.branch}</span>
          <WorkspaceBadge status={workspace.status} />
          {session && workspace.status !== 'merged' ? <SessionPill status={session.status} /> : null}
        </span>
        <span className="flex items-center gap-2 text-sm text-muted">
          <span className="min-w-0 truncate">{session ? agentName(session.agent, agents) : 'No agent yet'}</span>
          <span aria-hidden="true">·</span>
          <RelativeTime time={workspace.created_at} className="flex-1 text-faint" />
          {diff && (diff.additions > 0 || diff.deletions > 0) ? <DiffFigures additions={diff.additions} deletions={diff.deletions} /> : null}
        </span>
      </Link>
    </li>
  );
}
