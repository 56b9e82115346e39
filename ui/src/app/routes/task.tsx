import { useNavigate, useParams } from '@tanstack/react-router';
import { TaskWorkspaces } from '@/app/work/slots';
import { TaskPanel } from '@/features/tasks/TaskPanel';

export function TaskRoute() {
  const { projectId, taskId } = useParams({ from: '/projects/$projectId/tasks/$taskId' });
  const navigate = useNavigate();
  return (
    <TaskPanel
      key={taskId}
      projectId={projectId}
      taskId={taskId}
      onClose={() => void navigate({ to: '/projects/$projectId', params: { projectId }, search: (current) => current })}
      workspaces={<TaskWorkspaces projectId={projectId} taskId={taskId} />}
    />
  );
}
