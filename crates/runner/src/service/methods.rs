//! Each method of the contract: decode, one call, encode.

use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Error, SessionId, WorkspaceId};
use tonic::{Request, Response, Status, Streaming};

use super::fault::status;
use super::proto::runner_server::Runner;
use super::{Lifetime, PROTOCOL, clones, decode, encode, proto, terminals};
use crate::agent::catalogue::Catalogue;
use crate::session::Sessions;
use crate::terminal::Terminals;
use crate::workspace::{Cleanup, Clones, Workspaces};

/// Answers the contract's methods.
pub(super) struct Service {
    pub(super) workspaces: Workspaces,
    pub(super) clones: Clones,
    pub(super) sessions: Sessions,
    pub(super) terminals: Terminals,
    pub(super) catalogue: Catalogue,
    pub(super) lifetime: Lifetime,
}

type Reply<T> = Result<Response<T>, Status>;

fn reply<T>(result: Result<T, Error>) -> Reply<T> {
    result.map(Response::new).map_err(status)
}

fn done(result: Result<(), Error>) -> Reply<proto::Empty> {
    reply(result.map(|()| proto::Empty {}))
}

fn session(id: &str) -> Result<SessionId, Status> {
    decode::parse("session_id", id).map_err(status)
}

impl Service {
    /// The workspace that is meant.
    fn site(&self, site: Option<proto::Site>) -> Result<WorkspaceSite, Status> {
        let site = decode::site(site).map_err(status)?;
        self.workspaces.check_user(&site).map_err(status)?;
        Ok(site)
    }

    /// The script that a discarded workspace is cleaned up with.
    fn cleanup(&self, workspace: WorkspaceId, script: Option<String>) -> Option<Cleanup> {
        let script = script.filter(|script| !script.trim().is_empty())?;
        let sessions = self.sessions.clone();
        Some(Box::new(move |folder| {
            async move { sessions.run_script(workspace, &folder, &script).await }.boxed()
        }))
    }
}

#[tonic::async_trait]
impl Runner for Service {
    type ChangesStream = BoxStream<'static, Result<proto::Empty, Status>>;
    type AttachTerminalStream = terminals::Outputs;
    type EndedTerminalsStream = terminals::Ends;
    type FollowStream = BoxStream<'static, Result<proto::EntryBatch, Status>>;

    async fn hello(&self, _: Request<proto::HelloRequest>) -> Reply<proto::HelloReply> {
        Ok(Response::new(proto::HelloReply {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: i64::from(std::process::id()),
        }))
    }

    async fn shut_down(&self, _: Request<proto::Empty>) -> Reply<proto::Empty> {
        tokio::join!(self.sessions.stop_all(), self.terminals.close_all());
        self.lifetime.end();
        done(Ok(()))
    }

    async fn inspect_repo(&self, request: Request<proto::PathRequest>) -> Reply<proto::RepoFacts> {
        let facts = self.workspaces.inspect_repo(&request.into_inner().path).await;
        reply(facts.map(|facts| proto::RepoFacts { root: facts.root, default_branch: facts.default_branch }))
    }

    async fn branches(&self, request: Request<proto::PathRequest>) -> Reply<proto::BranchList> {
        reply(self.workspaces.branches(&request.into_inner().path).await.map(encode::branches))
    }

    async fn find_repos(&self, request: Request<proto::FindReposRequest>) -> Reply<proto::FoundRepos> {
        let under = request.into_inner().under;
        reply(self.workspaces.find_repos(under.as_deref()).await.map(encode::found_repos))
    }

    async fn complete_path(&self, request: Request<proto::PathRequest>) -> Reply<proto::PathCompletions> {
        reply(self.workspaces.complete_path(&request.into_inner().path).await.map(encode::completions))
    }

    async fn have_clone(&self, request: Request<proto::WantedClone>) -> Reply<proto::HadClone> {
        reply(clones::have(&self.clones, request.into_inner()).await)
    }

    async fn clone_progress(&self, request: Request<proto::RepoRequest>) -> Reply<proto::CloneProgress> {
        reply(clones::progress(&self.clones, request.into_inner()))
    }

    async fn cancel_clone(&self, request: Request<proto::CancelCloneRequest>) -> Reply<proto::Empty> {
        done(clones::cancel(&self.clones, request.into_inner()))
    }

    async fn remove_clone(&self, request: Request<proto::UnwantedClone>) -> Reply<proto::CloneEnd> {
        reply(clones::remove(&self.clones, request.into_inner()).await)
    }

    async fn make_repository(&self, request: Request<proto::NewRepository>) -> Reply<proto::RepoFacts> {
        reply(clones::create(&self.clones, request.into_inner()).await)
    }

    async fn make_workspace(
        &self,
        request: Request<proto::MakeWorkspaceRequest>,
    ) -> Reply<proto::MadeWorkspace> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        reply(self.workspaces.make(&site, &request.copy_files).await.map(encode::made_workspace))
    }

    async fn discard_workspace(
        &self,
        request: Request<proto::DiscardWorkspaceRequest>,
    ) -> Reply<proto::Empty> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        self.sessions.stop_all_in(site.id).await;
        self.terminals.close_all_in(site.id).await;
        let cleanup = self.cleanup(site.id, request.cleanup_script);
        done(self.workspaces.discard(&site, cleanup).await)
    }

    async fn restore_workspace(&self, request: Request<proto::Site>) -> Reply<proto::MadeWorkspace> {
        let site = self.site(Some(request.into_inner()))?;
        reply(self.workspaces.restore(&site).await.map(encode::made_workspace))
    }

    async fn purge_workspace(&self, request: Request<proto::PurgeWorkspaceRequest>) -> Reply<proto::Empty> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let purged = self.workspaces.purge(&site, &request.branch).await;
        if purged.is_ok() {
            self.sessions.forget_workspace(site.id);
        }
        done(purged)
    }

    async fn diff(&self, request: Request<proto::DiffRequest>) -> Reply<proto::DiffReply> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let only = request.only.map(decode::diff_path).transpose().map_err(status)?;
        reply(self.workspaces.diff(&site, only.as_ref()).await.map(encode::diff))
    }

    async fn changes(&self, request: Request<proto::Site>) -> Reply<Self::ChangesStream> {
        let site = self.site(Some(request.into_inner()))?;
        let changes = self.workspaces.changes(&site).await.map_err(status)?;
        let visit = self.lifetime.visit();
        let changes = changes.map(move |change| {
            // Somebody looks for as long as this is followed.
            let _ = &visit;
            change.map(|()| proto::Empty {}).map_err(status)
        });
        Ok(Response::new(changes.boxed()))
    }

    async fn commits(&self, request: Request<proto::Site>) -> Reply<proto::CommitList> {
        let site = self.site(Some(request.into_inner()))?;
        reply(self.workspaces.commits(&site).await.map(encode::commits))
    }

    async fn commit(&self, request: Request<proto::CommitRequest>) -> Reply<proto::RepoCommits> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let commits = self.workspaces.commit(&site, &request.message).await.map(encode::repo_commits);
        reply(commits.map(|items| proto::RepoCommits { items }))
    }

    async fn files(&self, request: Request<proto::FileRequest>) -> Reply<proto::FileList> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        reply(self.workspaces.files(&site, &request.path).await.map(encode::files))
    }

    async fn file(&self, request: Request<proto::FileRequest>) -> Reply<proto::FileContent> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let file = self.workspaces.file(&site, &request.path).await;
        reply(file.map(|file| proto::FileContent {
            text: file.text,
            size: file.size,
            truncated: file.truncated,
        }))
    }

    async fn merge(&self, request: Request<proto::MergeRequest>) -> Reply<proto::RepoCommits> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let strategy = decode::parse("strategy", &request.strategy).map_err(status)?;
        let merged = self.workspaces.merge(&site, strategy, &request.message).await;
        reply(merged.map(|merged| proto::RepoCommits { items: encode::repo_commits(merged.commits) }))
    }

    async fn update(&self, request: Request<proto::UpdateRequest>) -> Reply<proto::UpdateReply> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let strategy = decode::parse("strategy", &request.strategy).map_err(status)?;
        let on_conflict = decode::parse("on_conflict", &request.on_conflict).map_err(status)?;
        let updated = self.workspaces.update(&site, strategy, on_conflict).await;
        reply(updated.map(|updated| proto::UpdateReply {
            status: updated.status.as_str().to_owned(),
            conflicts: encode::conflicts(updated.conflicts),
        }))
    }

    async fn push(&self, request: Request<proto::PushRequest>) -> Reply<proto::Pushed> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let by_url = request.by_url.into_iter().map(clones::named_access).collect::<Result<_, _>>();
        let (by_url, remotes) = (by_url.map_err(status)?, Some(self.clones.remotes()));
        let pushed = self.workspaces.push_by_url(&site, request.remote.as_deref(), remotes, by_url).await;
        reply(pushed.map(|p| proto::Pushed { remote: p.remote, branch: p.branch, output: p.output }))
    }

    async fn take_checkpoint(&self, request: Request<proto::CheckpointRequest>) -> Reply<proto::Checkpoint> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        let reason = decode::parse("reason", &request.reason).map_err(status)?;
        reply(self.workspaces.checkpoint(&site, reason).await.map(encode::checkpoint))
    }

    async fn checkpoints(&self, request: Request<proto::Site>) -> Reply<proto::CheckpointList> {
        let site = self.site(Some(request.into_inner()))?;
        let all = self.workspaces.checkpoints(&site).await;
        reply(
            all.map(|all| proto::CheckpointList { items: all.into_iter().map(encode::checkpoint).collect() }),
        )
    }

    async fn rewind(&self, request: Request<proto::RewindRequest>) -> Reply<proto::Checkpoint> {
        let request = request.into_inner();
        let site = self.site(request.site)?;
        reply(self.workspaces.rewind(&site, request.number).await.map(encode::checkpoint))
    }

    async fn start_session(&self, request: Request<proto::SessionStart>) -> Reply<proto::Empty> {
        let start = decode::session_start(request.into_inner()).map_err(status)?;
        self.workspaces.check_user(&start.site).map_err(status)?;
        done(self.sessions.start(start).await)
    }

    async fn send_message(&self, request: Request<proto::MessageRequest>) -> Reply<proto::Empty> {
        let request = request.into_inner();
        let message = decode::message(request.message).map_err(status)?;
        done(self.sessions.send(session(&request.session_id)?, message).await)
    }

    async fn answer_permission(&self, request: Request<proto::PermissionAnswer>) -> Reply<proto::Empty> {
        let proto::PermissionAnswer { session_id, permission_id, option_id } = request.into_inner();
        done(self.sessions.answer(session(&session_id)?, permission_id, option_id).await)
    }

    async fn set_option(&self, request: Request<proto::OptionRequest>) -> Reply<proto::Empty> {
        let proto::OptionRequest { session_id, option_id, choice_id } = request.into_inner();
        done(self.sessions.set_option(session(&session_id)?, option_id, choice_id).await)
    }

    async fn stop_session(&self, request: Request<proto::SessionRequest>) -> Reply<proto::Empty> {
        done(self.sessions.stop(session(&request.into_inner().session_id)?).await)
    }

    async fn forget_session(&self, request: Request<proto::SessionRequest>) -> Reply<proto::Empty> {
        done(self.sessions.forget(session(&request.into_inner().session_id)?))
    }

    async fn follow(&self, request: Request<proto::FollowRequest>) -> Reply<Self::FollowStream> {
        let request = request.into_inner();
        let lines = self.sessions.follow(session(&request.session_id)?, request.after).map_err(status)?;
        let batches =
            lines.map(|lines| lines.map(encode::entries).map_err(|error| status(Error::internal(error))));
        Ok(Response::new(batches.boxed()))
    }

    async fn sessions(&self, _: Request<proto::Empty>) -> Reply<proto::SessionList> {
        let known = self.sessions.list().map_err(status)?;
        let item = |known: crate::session::Known| proto::KnownSession {
            id: known.id.to_string(),
            last_seq: known.last_seq,
            live: known.live,
        };
        Ok(Response::new(proto::SessionList { items: known.into_iter().map(item).collect() }))
    }

    async fn agents(&self, _: Request<proto::Empty>) -> Reply<proto::AgentList> {
        Ok(Response::new(encode::agents(self.catalogue.agents().await)))
    }

    async fn open_terminal(&self, request: Request<proto::TerminalStart>) -> Reply<proto::Empty> {
        let start = terminals::start(request.into_inner()).map_err(status)?;
        self.workspaces.check_user(&start.site).map_err(status)?;
        done(self.terminals.open(&start).await)
    }

    async fn attach_terminal(
        &self,
        request: Request<Streaming<proto::TerminalInput>>,
    ) -> Reply<Self::AttachTerminalStream> {
        terminals::attach(&self.terminals, request.into_inner()).await.map(Response::new)
    }

    async fn close_terminal(&self, request: Request<proto::CloseTerminalRequest>) -> Reply<proto::Empty> {
        done(terminals::close(&self.terminals, request.into_inner()).await)
    }

    async fn terminals(&self, _: Request<proto::Empty>) -> Reply<proto::TerminalList> {
        Ok(Response::new(terminals::list(&self.terminals)))
    }

    async fn ended_terminals(&self, _: Request<proto::Empty>) -> Reply<Self::EndedTerminalsStream> {
        Ok(Response::new(terminals::ended(&self.terminals)))
    }
}
