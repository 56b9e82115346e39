import type { Uuid } from './types';

/**
 * Every key of the query cache. They sit together because the change feed must find what features have
 * cached without knowing the features.
 */
export const keys = {
  info: ['info'] as const,
  config: ['config'] as const,
  credentials: ['credentials'] as const,
  gitCredentials: ['git-credentials'] as const,
  /** Who is signed in, and where they belong. */
  me: ['me'] as const,
  logins: ['logins'] as const,
  members: ['members'] as const,
  invitations: ['invitations'] as const,
  offeredPlace: (secret: string) => ['offered-place', secret] as const,
  apiKeys: ['api-keys'] as const,
  groups: ['groups'] as const,
  groupMembers: (groupId: Uuid) => ['groups', groupId, 'members'] as const,
  audit: (filter: object) => ['audit', filter] as const,
  agents: ['agents'] as const,
  projects: ['projects'] as const,
  archivedProjects: ['projects', 'archived'] as const,
  project: (id: Uuid) => ['project', id] as const,
  /** Who may see it. */
  access: (projectId: Uuid) => ['project', projectId, 'access'] as const,
  repos: (projectId: Uuid) => ['project', projectId, 'repos'] as const,
  clone: (repoId: Uuid) => ['repo', repoId, 'clone'] as const,
  branches: (repoId: Uuid) => ['repo', repoId, 'branches'] as const,
  /** All tasks of a board, in one entry. */
  tasks: (projectId: Uuid) => ['project', projectId, 'tasks'] as const,
  task: (id: Uuid) => ['task', id] as const,
  taskSearch: (projectId: Uuid, q: string) => ['project', projectId, 'search', q] as const,
  deletedTasks: (projectId: Uuid) => ['project', projectId, 'deleted-tasks'] as const,
  taskWorkspaces: (taskId: Uuid) => ['task', taskId, 'workspaces'] as const,
  discardedWorkspaces: (projectId: Uuid) => ['project', projectId, 'discarded-workspaces'] as const,
  workspace: (id: Uuid) => ['workspace', id] as const,
  diff: (workspaceId: Uuid) => ['workspace', workspaceId, 'diff'] as const,
  commits: (workspaceId: Uuid) => ['workspace', workspaceId, 'commits'] as const,
  checkpoints: (workspaceId: Uuid) => ['workspace', workspaceId, 'checkpoints'] as const,
  comments: (workspaceId: Uuid) => ['workspace', workspaceId, 'comments'] as const,
  workspaceSessions: (workspaceId: Uuid) => ['workspace', workspaceId, 'sessions'] as const,
  session: (id: Uuid) => ['session', id] as const,
  messages: (sessionId: Uuid) => ['session', sessionId, 'messages'] as const,
  /** The open ones. */
  workspaceTerminals: (workspaceId: Uuid) => ['workspace', workspaceId, 'terminals'] as const,
  approvals: ['approvals', 'pending'] as const,
  expiredApprovals: ['approvals', 'expired'] as const,
  completePath: (prefix: string) => ['fs', 'complete', prefix] as const,
  foundRepos: (under: string) => ['fs', 'repos', under] as const,
};
