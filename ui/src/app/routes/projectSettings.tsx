import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ProjectSettingsPage } from '@/features/projects/ProjectSettingsPage';
import { useAuthority } from '@/shared/identity/useAuthority';
import { SkeletonLines } from '@/shared/ui/States';

const AccessSettings = lazy(() => import('@/features/access/AccessSettings').then((module) => ({ default: module.AccessSettings })));

export function ProjectSettingsRoute() {
  const { projectId } = useParams({ from: '/projects/$projectId/settings' });
  const navigate = useNavigate();
  const { hosted } = useAuthority();
  const access = hosted ? (
    <Suspense fallback={<SkeletonLines />}>
      <AccessSettings projectId={projectId} />
    </Suspense>
  ) : null;
  return <ProjectSettingsPage key={projectId} projectId={projectId} onLeave={() => void navigate({ to: '/' })} access={access} />;
}
