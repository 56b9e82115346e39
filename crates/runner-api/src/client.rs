//! A runner at the end of a Unix socket.

mod clones;
mod connection;
mod terminals;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};
use switchyard_domain::agent::Agent;
use switchyard_domain::diff::{Diff, DiffPath};
use switchyard_domain::repo::{Branch, FoundRepos, PathCompletion, RepoFacts};
use switchyard_domain::runner::{
    EntryStream, KnownSession, MadeWorkspace, Merged, MessageText, RemoteAccess, Runner, SessionStart,
    Updated, WorkspaceSite,
};
use switchyard_domain::workspace::{
    Checkpoint, CheckpointReason, CommitInfo, FileContent, FileEntry, MergeStrategy, OnConflict, Pushed,
    RepoCommit, UpdateStrategy,
};
use switchyard_domain::{Error, RepoId, Result, SessionId};
use tonic::transport::Channel;
use tonic::{Response, Status};

pub(crate) use self::connection::{Address, probed};
use self::connection::{Trouble, channel};
use crate::fault::{decode_status, parse};
use crate::proto::runner_client::RunnerClient;
use crate::{PROTOCOL, decode, encode, proto};

/// Largest answer, in bytes: a diff at its bounds fits several times.
const LARGEST_MESSAGE: usize = 128 * 1024 * 1024;

/// How long a call waits for a runner that does not listen yet.
const START_PATIENCE: Duration = Duration::from_secs(3);

/// A runner reached over gRPC. Cheap to clone; connects on first use and again after a loss.
#[derive(Clone)]
pub struct RemoteRunner {
    address: Address,
    client: RunnerClient<Channel>,
    probe: RunnerClient<Channel>,
    trouble: Trouble,
}

/// What a runner says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The program's version.
    pub version: String,
    /// Its process id.
    pub pid: i64,
}

pub(crate) fn answer<T>(reply: std::result::Result<Response<T>, Status>) -> Result<T> {
    reply.map(Response::into_inner).map_err(|status| decode_status(&status))
}

impl RemoteRunner {
    /// A runner that listens on the Unix socket at `path`. Does not connect yet.
    ///
    /// Calls wait a moment for a runner that is being started; [`RemoteRunner::hello`] does not.
    ///
    /// # Errors
    /// `Internal` when the path is not a whole one.
    pub fn on_socket(path: &Path) -> Result<Self> {
        if !path.is_absolute() {
            return Err(Error::internal(format!("{} is no whole path", path.display())));
        }
        Ok(Self::at(Address::Socket(path.to_owned())))
    }

    pub(crate) fn at(address: Address) -> Self {
        let trouble = Trouble::default();
        let client = RunnerClient::new(channel(&address, &trouble, START_PATIENCE, |endpoint| endpoint));
        let probe = RunnerClient::new(channel(&address, &trouble, Duration::ZERO, |endpoint| endpoint));
        Self { address, client: client.max_decoding_message_size(LARGEST_MESSAGE), probe, trouble }
    }

    /// Notes why the runner cannot be started, in words for the person, or that nothing is known to be wrong. Calls
    /// that find no runner say so, and what [`Runner::trouble`] tells.
    pub fn set_trouble(&self, reason: Option<String>) {
        self.trouble.set(reason);
    }

    /// Asks who is there, now.
    ///
    /// # Errors
    /// `Unavailable` when nobody answers, and with code `runner_protocol` when it speaks another protocol.
    pub async fn hello(&self) -> Result<Hello> {
        let reply = answer(self.probe.clone().hello(proto::HelloRequest { protocol: PROTOCOL }).await)?;
        if reply.protocol != PROTOCOL {
            return Err(Error::unavailable(
                "runner_protocol",
                format!(
                    "A runner of version {} is still at work; stop its sessions and start again.",
                    reply.version
                ),
            ));
        }
        Ok(Hello { version: reply.version, pid: reply.pid })
    }

    fn client(&self) -> RunnerClient<Channel> {
        self.client.clone()
    }
}

fn path_request(path: &str) -> proto::PathRequest {
    proto::PathRequest { path: path.to_owned() }
}

fn session_request(session: SessionId) -> proto::SessionRequest {
    proto::SessionRequest { session_id: session.to_string() }
}

#[async_trait]
impl Runner for RemoteRunner {
    fn trouble(&self) -> Option<String> {
        self.trouble.told()
    }

    async fn inspect_repo(&self, path: &str) -> Result<RepoFacts> {
        let facts = answer(self.client().inspect_repo(path_request(path)).await)?;
        Ok(RepoFacts { root: facts.root, default_branch: facts.default_branch })
    }

    async fn branches(&self, repo_path: &str) -> Result<Vec<Branch>> {
        answer(self.client().branches(path_request(repo_path)).await).map(decode::branches)
    }

    async fn find_repos(&self, under: Option<&str>) -> Result<FoundRepos> {
        let request = proto::FindReposRequest { under: under.map(str::to_owned) };
        answer(self.client().find_repos(request).await).map(decode::found_repos)
    }

    async fn complete_path(&self, prefix: &str) -> Result<Vec<PathCompletion>> {
        answer(self.client().complete_path(path_request(prefix)).await).map(decode::completions)
    }

    async fn make_workspace(&self, site: &WorkspaceSite, copy_files: &[String]) -> Result<MadeWorkspace> {
        let request =
            proto::MakeWorkspaceRequest { site: Some(encode::site(site)), copy_files: copy_files.to_vec() };
        answer(self.client().make_workspace(request).await).and_then(decode::made_workspace)
    }

    async fn discard_workspace(&self, site: &WorkspaceSite, cleanup_script: Option<&str>) -> Result<()> {
        let request = proto::DiscardWorkspaceRequest {
            site: Some(encode::site(site)),
            cleanup_script: cleanup_script.map(str::to_owned),
        };
        answer(self.client().discard_workspace(request).await).map(drop)
    }

    async fn restore_workspace(&self, site: &WorkspaceSite) -> Result<MadeWorkspace> {
        answer(self.client().restore_workspace(encode::site(site)).await).and_then(decode::made_workspace)
    }

    async fn purge_workspace(&self, site: &WorkspaceSite, branch: &str) -> Result<()> {
        let request =
            proto::PurgeWorkspaceRequest { site: Some(encode::site(site)), branch: branch.to_owned() };
        answer(self.client().purge_workspace(request).await).map(drop)
    }

    async fn diff(&self, site: &WorkspaceSite, only: Option<&DiffPath>) -> Result<Diff> {
        let request =
            proto::DiffRequest { site: Some(encode::site(site)), only: only.map(encode::diff_path) };
        answer(self.client().diff(request).await).and_then(decode::diff)
    }

    async fn changes(&self, site: &WorkspaceSite) -> Result<BoxStream<'static, Result<()>>> {
        let stream = answer(self.client().changes(encode::site(site)).await)?;
        Ok(stream.map(|change| change.map(drop).map_err(|status| decode_status(&status))).boxed())
    }

    async fn commits(&self, site: &WorkspaceSite) -> Result<Vec<CommitInfo>> {
        answer(self.client().commits(encode::site(site)).await).and_then(decode::commits)
    }

    async fn commit(&self, site: &WorkspaceSite, message: &str) -> Result<Vec<RepoCommit>> {
        let request = proto::CommitRequest { site: Some(encode::site(site)), message: message.to_owned() };
        answer(self.client().commit(request).await).and_then(|commits| decode::repo_commits(commits.items))
    }

    async fn files(&self, site: &WorkspaceSite, path: &str) -> Result<Vec<FileEntry>> {
        let request = proto::FileRequest { site: Some(encode::site(site)), path: path.to_owned() };
        answer(self.client().files(request).await).and_then(decode::files)
    }

    async fn file(&self, site: &WorkspaceSite, path: &str) -> Result<FileContent> {
        let request = proto::FileRequest { site: Some(encode::site(site)), path: path.to_owned() };
        answer(self.client().file(request).await).map(decode::file)
    }

    async fn merge(&self, site: &WorkspaceSite, strategy: MergeStrategy, message: &str) -> Result<Merged> {
        let request = proto::MergeRequest {
            site: Some(encode::site(site)),
            strategy: strategy.as_str().to_owned(),
            message: message.to_owned(),
        };
        let commits = answer(self.client().merge(request).await)?;
        Ok(Merged { commits: decode::repo_commits(commits.items)? })
    }

    async fn update(
        &self,
        site: &WorkspaceSite,
        strategy: UpdateStrategy,
        on_conflict: OnConflict,
    ) -> Result<Updated> {
        let request = proto::UpdateRequest {
            site: Some(encode::site(site)),
            strategy: strategy.as_str().to_owned(),
            on_conflict: on_conflict.as_str().to_owned(),
        };
        let reply = answer(self.client().update(request).await)?;
        Ok(Updated {
            status: parse("update status", &reply.status)?,
            conflicts: decode::decode_conflicts(reply.conflicts)?,
        })
    }

    async fn push(
        &self,
        site: &WorkspaceSite,
        remote: Option<&str>,
        by_url: &[(RepoId, RemoteAccess)],
    ) -> Result<Pushed> {
        let request = proto::PushRequest {
            site: Some(encode::site(site)),
            remote: remote.map(str::to_owned),
            by_url: by_url.iter().map(encode::repo_access).collect(),
        };
        let pushed = answer(self.client().push(request).await)?;
        Ok(Pushed { remote: pushed.remote, branch: pushed.branch, output: pushed.output })
    }

    async fn checkpoint(&self, site: &WorkspaceSite, reason: CheckpointReason) -> Result<Checkpoint> {
        let request =
            proto::CheckpointRequest { site: Some(encode::site(site)), reason: reason.as_str().to_owned() };
        answer(self.client().take_checkpoint(request).await).and_then(decode::checkpoint)
    }

    async fn checkpoints(&self, site: &WorkspaceSite) -> Result<Vec<Checkpoint>> {
        answer(self.client().checkpoints(encode::site(site)).await).and_then(decode::checkpoints)
    }

    async fn rewind(&self, site: &WorkspaceSite, number: u32) -> Result<Checkpoint> {
        let request = proto::RewindRequest { site: Some(encode::site(site)), number };
        answer(self.client().rewind(request).await).and_then(decode::checkpoint)
    }

    async fn start_session(&self, start: &SessionStart) -> Result<()> {
        answer(self.client().start_session(encode::session_start(start)).await).map(drop)
    }

    async fn send_message(&self, session: SessionId, message: &MessageText) -> Result<()> {
        let request = proto::MessageRequest {
            session_id: session.to_string(),
            message: Some(encode::message(message)),
        };
        answer(self.client().send_message(request).await).map(drop)
    }

    async fn answer_permission(
        &self,
        session: SessionId,
        permission_id: &str,
        option_id: &str,
    ) -> Result<()> {
        let request = proto::PermissionAnswer {
            session_id: session.to_string(),
            permission_id: permission_id.to_owned(),
            option_id: option_id.to_owned(),
        };
        answer(self.client().answer_permission(request).await).map(drop)
    }

    async fn set_option(&self, session: SessionId, option_id: &str, choice_id: &str) -> Result<()> {
        let request = proto::OptionRequest {
            session_id: session.to_string(),
            option_id: option_id.to_owned(),
            choice_id: choice_id.to_owned(),
        };
        answer(self.client().set_option(request).await).map(drop)
    }

    async fn stop_session(&self, session: SessionId) -> Result<()> {
        answer(self.client().stop_session(session_request(session)).await).map(drop)
    }

    async fn follow(&self, session: SessionId, after: i64) -> Result<EntryStream> {
        let request = proto::FollowRequest { session_id: session.to_string(), after };
        let stream = answer(self.client().follow(request).await)?;
        let entries =
            stream.map(|batch| batch.map_err(|status| decode_status(&status)).and_then(decode::entries));
        Ok(entries.boxed())
    }

    async fn sessions(&self) -> Result<Vec<KnownSession>> {
        answer(self.client().sessions(proto::Empty {}).await).and_then(decode::sessions)
    }

    async fn forget_session(&self, session: SessionId) -> Result<()> {
        answer(self.client().forget_session(session_request(session)).await).map(drop)
    }

    async fn agents(&self) -> Result<Vec<Agent>> {
        answer(self.client().agents(proto::Empty {}).await).and_then(decode::agents)
    }

    async fn shut_down(&self) -> Result<()> {
        answer(self.probe.clone().shut_down(proto::Empty {}).await).map(drop)
    }
}
