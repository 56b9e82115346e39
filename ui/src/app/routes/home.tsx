import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { FirstProject } from '@/features/projects/FirstProject';
import { projectsQuery } from '@/shared/api/projects';
import { PageHeader } from '@/shared/ui/Page';
import { ErrorState, SkeletonLines } from '@/shared/ui/States';
import { lastProject } from '@/app/lastProject';
import { overlayStore } from '@/app/useGlobalActions';

/** Leads to the board seen last; to the first steps where there is none. */
export function HomeRoute() {
  const { data: projects, error, refetch } = useQuery(projectsQuery());
  const last = lastProject.get();
  const target = projects?.find((project) => project.id === last) ?? projects?.[0];
  if (target) return <Navigate to="/projects/$projectId" params={{ projectId: target.id }} replace />;
  return (
    <>
      <PageHeader title="Projects" />
      {error ? (
        <ErrorState className="flex-1" title="The projects could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : projects ? (
        <FirstProject onCreate={() => overlayStore.set('create-project')} />
      ) : (
        <div className="p-6">
          <SkeletonLines />
        </div>
      )}
    </>
  );
}
