//! The runner port: everything that touches a workspace happens on the other side of it.
//!
//! All paths are the runner's. Every operation on a workspace is keyed by its id and may be asked for again: what
//! was done is not done twice, what was left half done is finished.

mod clones;
mod terminals;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

pub use clones::{
    CloneEnd, HadClone, KeptClone, NewRepository, RemoteAccess, RunsClones, UnwantedClone, WantedClone,
};
pub use terminals::{
    EndedTerminals, KnownTerminal, RunsTerminals, TerminalInput, TerminalInputs, TerminalOutput,
    TerminalOutputs, TerminalProgram, TerminalStart,
};

use crate::agent::{Agent, AgentSpec};
use crate::config::GitAuthor;
use crate::credential::{CredentialName, Secret};
use crate::diff::{Conflict, Diff, DiffPath};
use crate::repo::{Branch, FoundRepos, PathCompletion, RepoFacts};
use crate::transcript::Entry;
use crate::workspace::{
    Checkpoint, CheckpointReason, CommitInfo, FileContent, FileEntry, MergeStrategy, OnConflict, Pushed,
    RepoCommit, UpdateStatus, UpdateStrategy, WorkspaceRepo,
};
use crate::{MessageId, RepoId, Result, SessionId, UserId, WorkspaceId};

/// What the runner must know of a workspace to work on it.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkspaceSite {
    /// Its id.
    pub id: WorkspaceId,
    /// Whose it is.
    pub user_id: UserId,
    /// Its branch.
    pub branch: String,
    /// Its worktrees; `path` and `base_commit` are empty before it is made.
    pub repos: Vec<WorkspaceRepo>,
    /// Whom commits are attributed to; git's own configuration when unset.
    pub author: Option<GitAuthor>,
}

/// A workspace that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct MadeWorkspace {
    /// Absolute path of its folder.
    pub path: String,
    /// Its worktrees, complete.
    pub repos: Vec<WorkspaceRepo>,
}

/// What a merge came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The commit on the base branch, in each repo that had work.
    pub commits: Vec<RepoCommit>,
}

/// What bringing in the base's news came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Updated {
    /// What it came to.
    pub status: UpdateStatus,
    /// The conflicting paths.
    pub conflicts: Vec<Conflict>,
}

/// A session to be started, or to be started again.
#[derive(Clone, Debug)]
pub struct SessionStart {
    /// Its id.
    pub id: SessionId,
    /// Where it works; the workspace has been made.
    pub site: WorkspaceSite,
    /// The agent.
    pub agent: AgentSpec,
    /// The message that begins the turn.
    pub message: MessageText,
    /// Runs once per workspace, before its first session.
    pub setup_script: Option<String>,
    /// Variables for the agent, besides those that the runner builds.
    pub environment: Vec<(String, String)>,
    /// Credentials for the agent, as variables. Neither the set-up script nor a terminal gets them, and they are not
    /// written down.
    pub credentials: Vec<(CredentialName, Secret)>,
    /// Given when the session ran before.
    pub resume: Option<Resume>,
}

/// A message with its id, so that delivering it twice does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText {
    /// Its id.
    pub id: MessageId,
    /// What is said.
    pub text: String,
}

/// What a session needs to go on where it left off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// The last entry that the server has; the journal goes on behind it.
    pub last_seq: i64,
    /// The last turn that the server knows of.
    pub last_turn: u32,
    /// The agent's own id of the conversation, if it gave one.
    pub agent_session_id: Option<String>,
    /// The conversation so far as text, for an agent that cannot load it itself.
    pub recap: String,
}

/// A session that the runner knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSession {
    /// Its id.
    pub id: SessionId,
    /// The last entry in its journal.
    pub last_seq: i64,
    /// Whether an agent's process is there for it.
    pub live: bool,
}

/// Entries of a transcript as they come, in batches, in order, without gaps. Ends when the session has no process
/// any more and all was read.
pub type EntryStream = BoxStream<'static, Result<Vec<Entry>>>;

/// The runners, told apart by whose work they do. Where people are kept apart, one user's runner reaches nothing of
/// another's.
pub trait Runners: Send + Sync {
    /// The runner of this user's work. Cheap: nothing is started or connected to before the first call.
    fn of(&self, user: UserId) -> Arc<dyn Runner>;
}

/// The data plane.
#[async_trait]
pub trait Runner: RunsTerminals + RunsClones + Send + Sync {
    /// Why no runner can be reached, in words for the person; `None` where nothing is known to be wrong.
    fn trouble(&self) -> Option<String>;

    /// Checks that `path` lies in a repository that workspaces can be made of. `Invalid` with a code of its own for
    /// each thing that can be wrong: `path_missing`, `not_a_repository`, `bare_repository`, `no_commits`.
    async fn inspect_repo(&self, path: &str) -> Result<RepoFacts>;
    /// Local branches, the most recently used first; of a clone then those that its remote alone has.
    async fn branches(&self, repo_path: &str) -> Result<Vec<Branch>>;
    /// Repositories below a folder (the home folder where `None`), bounded in depth, number and time.
    async fn find_repos(&self, under: Option<&str>) -> Result<FoundRepos>;
    /// Folders that complete a typed path, at most 50.
    async fn complete_path(&self, prefix: &str) -> Result<Vec<PathCompletion>>;

    /// Makes the worktrees on a new branch and copies ignored files that match `copy_files`.
    async fn make_workspace(&self, site: &WorkspaceSite, copy_files: &[String]) -> Result<MadeWorkspace>;
    /// Saves everything and moves the workspace to the trash; its branch goes too, both can be restored.
    async fn discard_workspace(&self, site: &WorkspaceSite, cleanup_script: Option<&str>) -> Result<()>;
    /// Takes a workspace out of the trash, byte for byte, ignored files included.
    async fn restore_workspace(&self, site: &WorkspaceSite) -> Result<MadeWorkspace>;
    /// Removes a discarded workspace for good. `branch` must be its branch's name.
    async fn purge_workspace(&self, site: &WorkspaceSite, branch: &str) -> Result<()>;

    /// What the workspace changed against its base, committed or not; or one file of it, whole.
    async fn diff(&self, site: &WorkspaceSite, only: Option<&DiffPath>) -> Result<Diff>;
    /// Yields each time files or refs of the workspace change, at most a few times a second.
    async fn changes(&self, site: &WorkspaceSite) -> Result<BoxStream<'static, Result<()>>>;
    /// Commits that the base branch does not have, newest first, at most 500.
    async fn commits(&self, site: &WorkspaceSite) -> Result<Vec<CommitInfo>>;
    /// Commits everything that is not committed. `None` when there was nothing.
    async fn commit(&self, site: &WorkspaceSite, message: &str) -> Result<Vec<RepoCommit>>;
    /// Entries of a folder of the workspace (`""`: its root), folders first, at most 10,000.
    async fn files(&self, site: &WorkspaceSite, path: &str) -> Result<Vec<FileEntry>>;
    /// A file's text, at most 2 MiB of it.
    async fn file(&self, site: &WorkspaceSite, path: &str) -> Result<FileContent>;

    /// Commits what is left and brings the work into the base branch. A base that is checked out somewhere moves
    /// along if nothing there is overwritten (`Conflict`, code `base_dirty`, otherwise); `Conflict` with code
    /// `merge_conflict` and the paths when it does not merge, and then nothing has changed; `nothing_to_merge`.
    async fn merge(&self, site: &WorkspaceSite, strategy: MergeStrategy, message: &str) -> Result<Merged>;
    /// Brings the base branch's news into the workspace.
    async fn update(
        &self,
        site: &WorkspaceSite,
        strategy: UpdateStrategy,
        on_conflict: OnConflict,
    ) -> Result<Updated>;
    /// Pushes the branch: of a repo that `by_url` names to that remote, of others to `remote` or to the one that git's
    /// configuration means. `Conflict` with code `no_remote` where there is none.
    async fn push(
        &self,
        site: &WorkspaceSite,
        remote: Option<&str>,
        by_url: &[(RepoId, RemoteAccess)],
    ) -> Result<Pushed>;
    /// Saves the workspace's files as they are.
    async fn checkpoint(&self, site: &WorkspaceSite, reason: CheckpointReason) -> Result<Checkpoint>;
    /// Checkpoints, newest first.
    async fn checkpoints(&self, site: &WorkspaceSite) -> Result<Vec<Checkpoint>>;
    /// Takes a checkpoint, then puts files and branch back to how checkpoint `number` has them.
    async fn rewind(&self, site: &WorkspaceSite, number: u32) -> Result<Checkpoint>;

    /// Starts a session and its first turn; returns once the start is journalled.
    async fn start_session(&self, start: &SessionStart) -> Result<()>;
    /// Delivers a message to a live session whose turn is over. `Conflict` with code `session_not_live` when its
    /// process is gone (start it again), `session_busy` while a turn is under way.
    async fn send_message(&self, session: SessionId, message: &MessageText) -> Result<()>;
    /// Answers a permission request; settled ones are passed over.
    async fn answer_permission(&self, session: SessionId, permission_id: &str, option_id: &str)
    -> Result<()>;
    /// Sets one of the agent's options.
    async fn set_option(&self, session: SessionId, option_id: &str, choice_id: &str) -> Result<()>;
    /// Asks the agent to stop, and ends it and all of its descendants when it does not.
    async fn stop_session(&self, session: SessionId) -> Result<()>;
    /// The entries after `after`, then live.
    async fn follow(&self, session: SessionId, after: i64) -> Result<EntryStream>;
    /// The sessions that the runner has journals of.
    async fn sessions(&self) -> Result<Vec<KnownSession>>;
    /// Lets the runner forget the journal of a session that is not live and whose entries are all stored.
    async fn forget_session(&self, session: SessionId) -> Result<()>;
    /// The catalogue, as found on the runner's machine.
    async fn agents(&self) -> Result<Vec<Agent>>;
    /// Stops all sessions and ends the runner.
    async fn shut_down(&self) -> Result<()>;
}
