// The wire types by the names that the pages use. The shapes come from the server's OpenAPI document:
// after a change there, `npm run gen`.
import type { components } from './schema.gen';

type Schemas = components['schemas'];

export type Uuid = string;
export type Time = Schemas['Time'];

/** A list as the server answers it. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** RFC 9457. `current` is the resource as it is now, where the caller's version was stale. */
export type Problem = Omit<Schemas['Problem'], 'current'> & { current?: unknown };
export type { Info } from './identity';
export type Config = Schemas['Config'];
export type Credentials = Schemas['Credentials'];
export type GitCredential = Schemas['GitCredential'];

export type Project = Schemas['Project'];
export type ProjectSettings = Schemas['ProjectSettings'];
export type Column = Schemas['Column'];
export type Repo = Schemas['Repo'];
export type CloneState = Schemas['CloneState'];
export type Branch = Schemas['Branch'];
export type PathCompletion = Schemas['PathCompletion'];
export type FoundRepo = Schemas['FoundRepo'];
export type FoundRepos = Schemas['FoundRepos'];

export type Task = Schemas['Task'];
export type TaskStatus = Schemas['TaskStatus'];
export type Priority = Schemas['Priority'];
export type LatestSession = Schemas['LatestSession'];

export type Agent = Schemas['Agent'];
export type AgentSpec = Schemas['AgentSpec'];
export type AgentOption = Schemas['AgentOption'];

export type Workspace = Schemas['Workspace'];
export type WorkspaceRepo = Schemas['WorkspaceRepo'];
export type WorkspaceStatus = Schemas['WorkspaceStatus'];
export type Checkpoint = Schemas['Checkpoint'];
export type CommitInfo = Schemas['CommitInfo'];

export type Session = Schemas['Session'];
export type SessionStatus = Schemas['SessionStatus'];
export type Usage = Schemas['Usage'];
export type Message = Schemas['Message'];
/**
 * A step of a transcript. A `system` entry carries its event's own fields beside `event` and `text`
 * (`number`, `stop_reason`, `code` …). Kinds and states of tool calls are what the agent says: open lists.
 */
export type Entry = Schemas['Entry'];
export type ToolContent = Schemas['ToolContent'];
export type SystemEvent = Schemas['SystemEvent']['event'];

export type Approval = Schemas['Approval'];
export type ApprovalStatus = Schemas['ApprovalStatus'];
export type PermissionOption = Schemas['PermissionOption'];

export type Terminal = Schemas['Terminal'];
export type ClosedReason = Schemas['ClosedReason'];
/** What the server says in the stream of a terminal, beside its output. */
export type TerminalFrame = Schemas['TerminalFrame'];
export type TerminalCommand = Schemas['TerminalCommand'];

export type Diff = Schemas['Diff'];
export type DiffFile = Schemas['DiffFile'];
export type Hunk = Schemas['Hunk'];
export type Comment = Schemas['Comment'];
export type Conflict = Schemas['Conflict'];

/** One change of the feed; `data` is the resource named by the first part of `type`, null when it is gone. */
export type FeedEvent = Omit<Schemas['FeedEvent'], 'data'> & { data: unknown };
