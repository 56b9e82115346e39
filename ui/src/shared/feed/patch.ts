import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { keys } from '@/shared/api/keys';
import { taskCache } from '@/shared/api/taskCache';
import type { Approval, Comment, Config, FeedEvent, Message, Project, Repo, Session, Task, Terminal, Workspace } from '@/shared/api/types';
import { recountSoon } from './recount';
import { renewAfterRead } from './renew';

interface Item {
  id: string;
  version?: number;
}

/** Puts one change of the feed into whatever the cache holds of it. Never fetches what no page asked for. */
export function patchCache(client: QueryClient, event: FeedEvent): void {
  const noun = event.type.slice(0, event.type.indexOf('.'));
  const patch = PATCHES[noun];
  patch?.(client, event);
}

const PATCHES: Record<string, (client: QueryClient, event: FeedEvent) => void> = {
  task(client, event) {
    recountSoon(client);
    const cache = taskCache(client);
    if (event.type === 'task.deleted' || event.data === null) {
      if (event.project_id) {
        cache.remove(event.id, event.project_id);
        invalidate(client, keys.deletedTasks(event.project_id));
      }
      return;
    }
    cache.apply(event.data as Task);
  },

  project(client, event) {
    // Keys are told with the projects that name them.
    invalidate(client, keys.apiKeys);
    const project = event.data as Project | null;
    if (!project || event.type === 'project.deleted') {
      drop(client, keys.projects, event.id);
      drop(client, keys.archivedProjects, event.id);
      client.removeQueries({ queryKey: keys.project(event.id), exact: true });
      return;
    }
    set(client, keys.project(project.id), project);
    const [into, outOf] = project.archived_at ? [keys.archivedProjects, keys.projects] : [keys.projects, keys.archivedProjects];
    upsert(client, into, project);
    drop(client, outOf, project.id);
  },

  repo(client, event) {
    if (!event.project_id) return;
    const repo = event.data as Repo | null;
    if (repo && event.type !== 'repo.deleted') upsert(client, keys.repos(event.project_id), repo);
    else drop(client, keys.repos(event.project_id), event.id);
  },

  workspace(client, event) {
    if (event.project_id) invalidate(client, keys.discardedWorkspaces(event.project_id));
    const workspace = event.data as Workspace | null;
    if (!workspace) {
      client.removeQueries({ queryKey: keys.workspace(event.id), exact: true });
      return;
    }
    set(client, keys.workspace(workspace.id), workspace);
    upsert(client, keys.taskWorkspaces(workspace.task_id), workspace);
  },

  session(client, event) {
    const session = event.data as Session | null;
    if (!session) return;
    set(client, keys.session(session.id), session);
    upsert(client, keys.workspaceSessions(session.workspace_id), session);
    renewAfterRead(client, keys.tasks(session.project_id));
    const cache = taskCache(client);
    const latest = cache.get(session.task_id, session.project_id)?.latest_session;
    // Ids are ordered by time: an older session must not hide a newer one.
    if (latest && latest.id > session.id) return;
    cache.patchDerived(session.task_id, session.project_id, {
      latest_session: { id: session.id, workspace_id: session.workspace_id, status: session.status },
    });
  },

  approval(client, event) {
    const approval = event.data as Approval | null;
    if (approval?.status === 'pending') upsert(client, keys.approvals, approval);
    else drop(client, keys.approvals, event.id);
    if (approval?.status === 'expired') upsert(client, keys.expiredApprovals, approval);
  },

  comment(client, event) {
    const comment = event.data as Comment | null;
    if (comment && event.type !== 'comment.deleted') upsert(client, keys.comments(comment.workspace_id), comment);
    else invalidateLists(client, 'comments');
  },

  message(client, event) {
    const message = event.data as Message | null;
    if (message) upsert(client, keys.messages(message.session_id), message);
    else invalidateLists(client, 'messages');
  },

  terminal(client, event) {
    const terminal = event.data as Terminal | null;
    if (!terminal) return invalidateLists(client, 'terminals');
    if (terminal.status === 'open') upsert(client, keys.workspaceTerminals(terminal.workspace_id), terminal);
    else drop(client, keys.workspaceTerminals(terminal.workspace_id), terminal.id);
  },

  organisation(client) {
    invalidate(client, keys.me);
  },

  member(client) {
    invalidate(client, keys.members);
    // Whose role it is, the event does not say.
    invalidate(client, keys.me);
  },

  invitation(client) {
    invalidate(client, keys.invitations);
  },

  api_key(client) {
    invalidate(client, keys.apiKeys);
  },

  group(client, event) {
    invalidate(client, keys.groups);
    invalidate(client, keys.groupMembers(event.id));
  },

  access(client, event) {
    invalidate(client, keys.access(event.id));
  },

  config(client, event) {
    const config = event.data as Config | null;
    if (config) client.setQueryData<Config>(keys.config, (known) => (known && known.version > config.version ? known : config));
    else invalidate(client, keys.config);
  },
};

const isNewer = (known: Item, next: Item) => known.version !== undefined && next.version !== undefined && known.version > next.version;

function set<T extends Item>(client: QueryClient, key: QueryKey, next: T): void {
  renewAfterRead(client, key);
  client.setQueryData<T>(key, (known) => (known === undefined || isNewer(known, next) ? known : next));
}

/** Only changes a list that is cached: an absent one is read whole when a page asks. */
function upsert<T extends Item>(client: QueryClient, key: QueryKey, next: T): void {
  renewAfterRead(client, key);
  client.setQueryData<T[]>(key, (list) => {
    if (!list) return list;
    const at = list.findIndex((item) => item.id === next.id);
    const known = list[at];
    if (!known) return [...list, next];
    return isNewer(known, next) ? list : list.with(at, next);
  });
}

function drop(client: QueryClient, key: QueryKey, id: string): void {
  renewAfterRead(client, key);
  client.setQueryData<Item[]>(key, (list) => (list?.some((item) => item.id === id) ? list.filter((item) => item.id !== id) : list));
}

function invalidate(client: QueryClient, queryKey: QueryKey): void {
  void client.invalidateQueries({ queryKey, exact: true });
}

/** When what is gone does not say which list it was in. */
function invalidateLists(client: QueryClient, last: string): void {
  void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey.at(-1) === last });
}
