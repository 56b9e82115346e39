import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import { keys } from './keys';
import type { Branch, Project, ProjectSettings, Repo, Uuid } from './types';

export const projectsQuery = () =>
  queryOptions({ queryKey: keys.projects, queryFn: ({ signal }) => getAll<Project>('/projects', { signal }) });

export const archivedProjectsQuery = () =>
  queryOptions({
    queryKey: keys.archivedProjects,
    queryFn: ({ signal }) => getAll<Project>('/projects', { query: { archived: true }, signal }),
  });

export const projectQuery = (id: Uuid) =>
  queryOptions({ queryKey: keys.project(id), queryFn: ({ signal }) => api.get<Project>(path`/projects/${id}`, { signal }) });

export const reposQuery = (projectId: Uuid) =>
  queryOptions({
    queryKey: keys.repos(projectId),
    queryFn: ({ signal }) => getAll<Repo>(path`/projects/${projectId}/repos`, { signal }),
  });

export const branchesQuery = (repoId: Uuid) =>
  queryOptions({
    queryKey: keys.branches(repoId),
    queryFn: ({ signal }) => getAll<Branch>(path`/repos/${repoId}/branches`, { signal }),
    staleTime: 10_000,
  });

export interface ProjectChange {
  name?: string;
  /** The whole settings: what is left out is lost. */
  settings?: ProjectSettings;
  archived?: boolean;
}

export const projectCalls = {
  create: (name: string, idempotencyKey: string) => api.post<Project>('/projects', { name }, { idempotencyKey }),
  change: (id: Uuid, version: number, change: ProjectChange) => api.patch<Project>(path`/projects/${id}`, change, { version }),
  remove: (id: Uuid, version: number) => api.delete(path`/projects/${id}`, { version }),
  restore: (id: Uuid) => api.post<Project>(path`/projects/${id}/restore`),
  addRepo: (projectId: Uuid, repoPath: string) => api.post<Repo>(path`/projects/${projectId}/repos`, { path: repoPath }),
  removeRepo: (repo: Repo) => api.delete(path`/repos/${repo.id}`, { version: repo.version }),
};
