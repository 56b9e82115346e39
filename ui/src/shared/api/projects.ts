import { queryOptions } from '@tanstack/react-query';
import { api, getAll, path } from './client';
import { keys } from './keys';
import type { Branch, CloneState, Project, ProjectSettings, Repo, Uuid } from './types';

/** How often the progress of a clone is asked for. */
const PROGRESS_MS = 700;

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

/** One's own clone of a remote, asked for again and again while it is being made: its percents are no events. */
export const cloneQuery = (repoId: Uuid) =>
  queryOptions({
    queryKey: keys.clone(repoId),
    queryFn: ({ signal }) => api.get<CloneState>(path`/repos/${repoId}/clone`, { signal }),
    refetchInterval: ({ state }) => (state.data && state.data.clone.status !== 'cloning' ? false : PROGRESS_MS),
    staleTime: 0,
    gcTime: 0,
  });

/** What is added to a project: a repository on this machine, one at a remote, or a new one. */
export type NewRepo = { path: string } | { url: string; folder?: string } | { name: string; folder?: string };

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
  addRepo: (projectId: Uuid, repo: NewRepo) => api.post<Repo>(path`/projects/${projectId}/repos`, repo),
  removeRepo: (repo: Repo) => api.delete(path`/repos/${repo.id}`, { version: repo.version }),
};

export const cloneCalls = {
  begin: (repoId: Uuid) => api.post<Repo>(path`/repos/${repoId}/clone`),
  cancel: (repoId: Uuid) => api.delete(path`/repos/${repoId}/clone`),
};
