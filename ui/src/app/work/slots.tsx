import { lazy, Suspense } from 'react';
import type { Uuid } from '@/shared/api/types';
import { Skeleton } from '@/shared/ui/States';

// What the pages of tasks show of the work on them. The pages compose these: features do not know each other.
const WorkspaceList = lazy(() => import('@/features/workspaces/WorkspaceList').then((module) => ({ default: module.WorkspaceList })));
const DiscardedList = lazy(() => import('@/features/workspaces/DiscardedList').then((module) => ({ default: module.DiscardedList })));

/** Below a task's description: its workspaces, and the way to start an agent. */
export function TaskWorkspaces({ projectId, taskId }: { projectId: Uuid; taskId: Uuid }) {
  return (
    <Suspense fallback={<Skeleton className="h-16" />}>
      <WorkspaceList projectId={projectId} taskId={taskId} />
    </Suspense>
  );
}

/** In a project's trash: workspaces that can be got back. */
export function DiscardedWorkspaces({ projectId }: { projectId: Uuid }) {
  return (
    <Suspense fallback={<Skeleton className="h-16" />}>
      <DiscardedList projectId={projectId} />
    </Suspense>
  );
}
