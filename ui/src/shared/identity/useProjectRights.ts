import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect } from 'react';
import { projectQuery } from '@/shared/api/projects';
import type { Uuid } from '@/shared/api/types';
import { projectReadOnlyStore } from './readOnly';

/** Has a page about a project offer what the person may do in it, and nothing else. */
export function useProjectRights(projectId: Uuid | undefined): void {
  const { data: project } = useQuery({ ...projectQuery(projectId ?? ''), enabled: projectId !== undefined });
  const onlyLooks = project?.my_role === 'viewer';
  useLayoutEffect(() => {
    projectReadOnlyStore.set(onlyLooks);
    return () => projectReadOnlyStore.set(false);
  }, [onlyLooks]);
}
