import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { SquareKanban } from 'lucide-react';
import { FirstProject } from '@/features/projects/FirstProject';
import { projectsQuery } from '@/shared/api/projects';
import { PageHeader } from '@/shared/ui/Page';
import { EmptyState, ErrorState, SkeletonLines } from '@/shared/ui/States';
import { lastProject } from '@/app/lastProject';
import { overlayStore } from '@/app/useGlobalActions';
import { ForMembers } from '@/shared/identity/ForWriters';

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
        <ForMembers others={<EmptyState className="flex-1" icon={<SquareKanban size={28} />} title="No projects yet">Members of this organisation make them; you can look on.</EmptyState>}>
          <FirstProject onCreate={() => overlayStore.set('create-project')} />
        </ForMembers>
      ) : (
        <div className="p-6">
          <SkeletonLines />
        </div>
      )}
    </>
  );
}
