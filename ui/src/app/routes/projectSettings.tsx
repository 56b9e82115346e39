import { useNavigate, useParams } from '@tanstack/react-router';
import { ProjectSettingsPage } from '@/features/projects/ProjectSettingsPage';

export function ProjectSettingsRoute() {
  const { projectId } = useParams({ from: '/projects/$projectId/settings' });
  const navigate = useNavigate();
  return <ProjectSettingsPage key={projectId} projectId={projectId} onLeave={() => void navigate({ to: '/' })} />;
}
