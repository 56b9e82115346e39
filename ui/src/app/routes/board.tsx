import { Outlet, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { lastProject } from '@/app/lastProject';
import { BoardPage } from '@/features/board/BoardPage';

const FROM = '/projects/$projectId';

export function BoardRoute() {
  const { projectId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  useEffect(() => lastProject.set(projectId), [projectId]);
  return <BoardPage key={projectId} projectId={projectId} search={search} panel={<Outlet />} />;
}
