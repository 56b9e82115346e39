import { lazy, Suspense } from 'react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { SessionPane } from '@/features/sessions/SessionPane';
import { ReviewPane } from '@/features/review/ReviewPane';
import { CheckpointsPane } from '@/features/workspaces/CheckpointsPane';
import { FilesPane } from '@/features/workspaces/files/FilesPane';
import type { WorkspaceSearch } from '@/features/workspaces/search';
import { WorkspacePage } from '@/features/workspaces/WorkspacePage';
import { SkeletonLines } from '@/shared/ui/States';

// Most visits need no terminal, and a terminal is much script.
const TerminalPanel = lazy(() => import('@/features/terminals/TerminalPanel').then((module) => ({ default: module.TerminalPanel })));

const FROM = '/projects/$projectId/tasks/$taskId/workspaces/$workspaceId';

export function WorkspaceRoute() {
  const { projectId, taskId, workspaceId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate();
  const onSearch = (change: WorkspaceSearch) =>
    void navigate({ to: FROM, params: { projectId, taskId, workspaceId }, search: (current) => ({ ...current, ...change }), replace: true });

  return (
    <WorkspacePage
      key={workspaceId}
      projectId={projectId}
      taskId={taskId}
      workspaceId={workspaceId}
      search={search}
      onSearch={onSearch}
      conversation={(workspace) => <SessionPane workspace={workspace} sessionId={search.session} onSession={(session) => onSearch({ session })} />}
      panes={(workspace) => ({
        changes: <ReviewPane workspace={workspace} sessionId={search.session} onOpenFile={(file) => onSearch({ tab: 'files', file })} />,
        files: <FilesPane workspace={workspace} place={search.file} onPlace={(file) => onSearch({ file })} />,
        checkpoints: <CheckpointsPane workspace={workspace} />,
      })}
      terminals={(workspace, place) => (
        <Suspense fallback={<div className="flex-1 bg-terminal p-4"><SkeletonLines lines={3} label="Loading the terminals" /></div>}>
          <TerminalPanel workspace={workspace} {...place} />
        </Suspense>
      )}
    />
  );
}
