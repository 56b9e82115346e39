//! Making workspaces, and bringing their work home.

use std::time::Duration;

use switchyard_domain::access::ProjectRole;
use switchyard_domain::agent::AgentSpec;
use switchyard_domain::config::GitAuthor;
use switchyard_domain::message::validate_text;
use switchyard_domain::runner::{Updated, WorkspaceSite};
use switchyard_domain::session::Session;
use switchyard_domain::store::{Act, NewSession, NewWorkspace, WorkspaceChange};
use switchyard_domain::task::{Task, TaskPatch, TaskStatus};
use switchyard_domain::workspace::{
    MergeStrategy, OnConflict, RepoCommit, UpdateStrategy, Workspace, WorkspaceRepo, WorkspaceStatus,
    branch_name,
};
use switchyard_domain::{
    Error, ErrorKind, Page, PageRequest, ProjectId, Result, Scope, TaskId, UserId, WorkspaceId,
};

use crate::App;
use crate::panics::caught;
use crate::recovery::runner_is_away;

/// How long a request waits for a workspace to be made before it answers that it is being made.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is asked of a new workspace.
#[derive(Clone, Debug, Default)]
pub struct NewWorkspaceRequest {
    /// The branch to start from; the project's, or each repo's own default, when unset.
    pub base_branch: Option<String>,
    /// Start a session with this agent as well.
    pub agent: Option<AgentSpec>,
    /// That session's first message; the task itself when unset.
    pub prompt: Option<String>,
}

/// What a merge came to.
#[derive(Clone, Debug)]
pub struct MergeReport {
    /// The commit in each repo that had work.
    pub commits: Vec<RepoCommit>,
    /// The workspace afterwards.
    pub workspace: Workspace,
}

impl App {
    /// Makes a workspace for a task, and starts a session in it when an agent is named.
    ///
    /// Answers when the worktrees are made, or after a while with the workspace still `creating`.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Conflict` with code `no_repos`. A worktree that cannot be made is no error of the
    /// call: the workspace's status is `failed` then and `error` says why.
    pub async fn create_workspace(
        &self,
        act: &Act,
        task: TaskId,
        request: NewWorkspaceRequest,
    ) -> Result<Workspace> {
        let task = self.store().task(&act.scope, task).await?;
        let project = self.store().project(&act.scope, task.project_id).await?;
        project.my_role.require(ProjectRole::Editor)?;
        let repos = self.store().repos(&act.scope, task.project_id).await?;
        if repos.is_empty() {
            return Err(Error::conflict("no_repos", "Add a git repository to the project first."));
        }
        if let Some(agent) = &request.agent {
            agent.validate("agent")?;
        }
        let base = request.base_branch.or(project.settings.default_branch);
        let id = WorkspaceId::new();
        let new = NewWorkspace {
            id,
            task_id: task.id,
            branch: branch_name(&project.settings.branch_prefix, id, &task.title),
            base_branch: base.clone().unwrap_or_else(|| repos[0].default_branch.clone()),
            repos: repos
                .into_iter()
                .map(|repo| WorkspaceRepo {
                    repo_id: repo.id,
                    path: String::new(),
                    // A clone that is not there yet is made first.
                    repo_path: repo.path().unwrap_or_default().to_owned(),
                    name: repo.name,
                    base_branch: base.clone().unwrap_or(repo.default_branch),
                    base_commit: String::new(),
                    merged_commit: None,
                })
                .collect(),
        };
        let prompt = request.prompt.unwrap_or_else(|| prompt_of(&task));
        if request.agent.is_some() {
            validate_text("prompt", &prompt)?;
        }
        let workspace = self.store().create_workspace(act, &new).await?;
        let session = match request.agent {
            Some(agent) => {
                let new = NewSession { workspace_id: workspace.id, agent, prompt };
                Some(self.store().create_session(&self.act(act.scope, "session.create"), &new).await?.0)
            }
            None => None,
        };
        let making = tokio::spawn({
            let (app, scope) = (self.clone(), act.scope.unattended());
            async move {
                let make = app.finish_making(scope, workspace.id, session);
                match caught("the making of a workspace", workspace.id, make).await {
                    // The runner is away; the next one takes up what this one began.
                    Some(Err(error)) if runner_is_away(&error) => {}
                    Some(other) => return other,
                    None => {}
                }
                app.recover_workspace(scope, workspace.id).await;
                Ok(())
            }
        });
        // The work goes on when nobody waits any more; what it came to is in the workspace's row.
        if let Ok(Ok(outcome)) = tokio::time::timeout(PATIENCE, making).await {
            outcome?;
        }
        self.store().workspace(&act.scope, id).await
    }

    /// Makes the worktrees of a workspace whose row is there, then starts its first session.
    pub(crate) async fn finish_making(
        &self,
        scope: Scope,
        id: WorkspaceId,
        session: Option<Session>,
    ) -> Result<()> {
        let only_one = self.hold_workspace(id).await?;
        let mandate = only_one.mandate(scope);
        let mut workspace = self.store().workspace(&scope, id).await?;
        if workspace.status != WorkspaceStatus::Creating {
            return Ok(());
        }
        let project = self.store().project(&scope, workspace.project_id).await?;
        let made = match self.bring_clones(&scope, &mut workspace).await {
            Ok(()) => {
                let site = self.site(&scope, &workspace).await?;
                self.runner(site.user_id).make_workspace(&site, &project.settings.copy_files).await
            }
            Err(error) => Err(error),
        };
        let change = match &made {
            Ok(made) => WorkspaceChange {
                status: Some(WorkspaceStatus::Ready),
                error: Some(None),
                path: Some(made.path.clone()),
                repos: Some(made.repos.clone()),
                base_branch: Some(workspace.base_branch.clone()),
                ..WorkspaceChange::default()
            },
            Err(error) if runner_is_away(error) => return made.map(drop),
            Err(error) => WorkspaceChange {
                status: Some(WorkspaceStatus::Failed),
                error: Some(Some(error.message.to_string())),
                ..WorkspaceChange::default()
            },
        };
        self.store().change_workspace(&self.act_for(mandate, "workspace.make"), id, &change).await?;
        if let Some(session) = session {
            match made {
                Ok(_) => self.drive(scope, session.id),
                Err(error) => self.fail_session(mandate, session.id, &error).await?,
            }
        }
        Ok(())
    }

    /// One workspace.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn workspace(&self, scope: &Scope, id: WorkspaceId) -> Result<Workspace> {
        self.store().workspace(scope, id).await
    }

    /// Workspaces of a task, newest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn task_workspaces(&self, scope: &Scope, task: TaskId) -> Result<Vec<Workspace>> {
        self.store().task_workspaces(scope, task).await
    }

    /// Workspaces of a project in any of `status`, newest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn project_workspaces(
        &self,
        scope: &Scope,
        project: ProjectId,
        status: &[WorkspaceStatus],
        page: &PageRequest,
    ) -> Result<Page<Workspace>> {
        self.store().project_workspaces(scope, project, status, page).await
    }

    /// Brings the workspace's work into its base branch and moves the task to `done`.
    ///
    /// # Errors
    /// `Conflict` with codes `merge_conflict` (and the paths), `base_dirty`, `nothing_to_merge`, `session_active`,
    /// `workspace_busy`.
    pub async fn merge(
        &self,
        act: &Act,
        id: WorkspaceId,
        strategy: MergeStrategy,
        message: Option<String>,
    ) -> Result<MergeReport> {
        let only_one = self.hold_workspace(id).await?;
        self.refuse_while_active(&act.scope, id).await?;
        let begin = WorkspaceChange {
            status: Some(WorkspaceStatus::Merging),
            only_from: vec![WorkspaceStatus::Ready, WorkspaceStatus::Merged],
            ..WorkspaceChange::default()
        };
        let before = self.store().workspace(&act.scope, id).await?.status;
        let workspace = self.store().change_workspace(&only_one.bind(act), id, &begin).await?;
        let task = self.store().task(&act.scope, workspace.task_id).await?;
        let site = self.site(&act.scope, &workspace).await?;
        let message = message.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| task.title.clone());
        let outcome = self.runner(site.user_id).merge(&site, strategy, &message).await;
        let mut change = WorkspaceChange::default();
        match &outcome {
            Ok(merged) => {
                let mut repos = workspace.repos.clone();
                for repo in &mut repos {
                    if let Some(done) = merged.commits.iter().find(|commit| commit.repo_id == repo.repo_id) {
                        repo.merged_commit = Some(done.commit.clone());
                    }
                }
                change.status = Some(WorkspaceStatus::Merged);
                change.error = Some(None);
                change.repos = Some(repos);
            }
            Err(error) => {
                change.status = Some(before);
                change.error = Some(Some(error.message.to_string()));
            }
        }
        let act = self.act_for(only_one.mandate(act.scope), "workspace.merge_end");
        let workspace = self.store().change_workspace(&act, id, &change).await?;
        let commits = outcome?.commits;
        self.finish_task(act.scope, task).await?;
        Ok(MergeReport { commits, workspace })
    }

    async fn finish_task(&self, scope: Scope, task: Task) -> Result<()> {
        if task.status == TaskStatus::Done {
            return Ok(());
        }
        let patch = TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() };
        let act = self.act(scope, "task.merged");
        match self.store().update_task(&act, task.id, task.version, &patch).await {
            // Somebody edited the task meanwhile: their edit stands, and so does the merge.
            Err(error) if error.kind == ErrorKind::Stale => {
                let task = self.store().task(&scope, task.id).await?;
                self.store().update_task(&act, task.id, task.version, &patch).await.map(drop)
            }
            other => other.map(drop),
        }
    }

    /// Brings the base branch's news into the workspace.
    ///
    /// # Errors
    /// `Conflict` while an agent works, `NotFound`.
    pub async fn update_workspace(
        &self,
        act: &Act,
        id: WorkspaceId,
        strategy: UpdateStrategy,
        on_conflict: OnConflict,
    ) -> Result<Updated> {
        let _only_one = self.hold_workspace(id).await?;
        self.refuse_while_active(&act.scope, id).await?;
        let site = self.site_to_change(&act.scope, id).await?;
        let updated = self.runner(site.user_id).update(&site, strategy, on_conflict).await?;
        self.touch(act, id).await?;
        Ok(updated)
    }

    /// What the runner must know of a workspace.
    pub(crate) async fn site(&self, scope: &Scope, workspace: &Workspace) -> Result<WorkspaceSite> {
        Ok(WorkspaceSite {
            id: workspace.id,
            user_id: workspace.created_by,
            branch: workspace.branch.clone(),
            repos: workspace.repos.clone(),
            author: self.author(scope).await?,
        })
    }

    /// Whom commits of the acting user are attributed to: who they say in their configuration, or who they are known as
    /// here. `None` leaves it to git's own configuration, which a desktop's user has.
    pub(crate) async fn author(&self, scope: &Scope) -> Result<Option<GitAuthor>> {
        if let Some(author) = self.store().config(scope).await?.config.git_author {
            return Ok(Some(author));
        }
        let known = self.store().user(scope.user()).await?;
        Ok(known.and_then(|known| {
            let name = known.user.name;
            known.user.email.map(|email| GitAuthor { name, email })
        }))
    }

    /// The site of a workspace that can be looked at and worked in.
    pub(crate) async fn open_site(&self, scope: &Scope, id: WorkspaceId) -> Result<WorkspaceSite> {
        let workspace = self.store().workspace(scope, id).await?;
        use WorkspaceStatus::{Creating, Discarded, Discarding, Failed, Merged, Merging, Ready, Restoring};
        match workspace.status {
            Ready | Merging | Merged => self.site(scope, &workspace).await,
            Creating | Restoring => Err(Error::conflict(
                "workspace_busy",
                "The workspace is still being made. Try again in a moment.",
            )),
            Discarding | Discarded => Err(Error::conflict(
                "workspace_discarded",
                "The workspace is in the trash. Restore it first.",
            )),
            Failed => Err(Error::conflict(
                "workspace_failed",
                "The workspace could not be made. Discard it and start anew.",
            )),
        }
    }

    /// The same, for who may change what is in its project.
    pub(crate) async fn site_to_change(&self, scope: &Scope, id: WorkspaceId) -> Result<WorkspaceSite> {
        let project = self.store().workspace(scope, id).await?.project_id;
        self.require(scope, project, ProjectRole::Editor).await?;
        self.open_site(scope, id).await
    }

    /// Lets subscribers know that something about a workspace changed that its row does not hold.
    pub(crate) async fn touch(&self, act: &Act, id: WorkspaceId) -> Result<()> {
        self.store().change_workspace(act, id, &WorkspaceChange::default()).await.map(drop)
    }

    pub(crate) async fn refuse_while_active(&self, scope: &Scope, id: WorkspaceId) -> Result<()> {
        let sessions = self.store().workspace_sessions(scope, id).await?;
        if sessions.iter().any(|session| session.status.is_active()) {
            return Err(Error::conflict(
                "session_active",
                "An agent is at work in this workspace. Wait for it or stop it.",
            ));
        }
        Ok(())
    }
}

/// Refuses to run programs for anybody but the owner: they run under the owner's account, with what is the owner's.
pub(crate) fn require_owner(scope: &Scope, owner: UserId) -> Result<()> {
    if scope.user() == owner {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Forbidden,
        "not_the_owner",
        "Programs in a workspace run under the account of whoever made it, so nobody else may start or steer them. Make \
         a workspace of your own for the task.",
    ))
}

/// The message that hands a task to an agent.
fn prompt_of(task: &Task) -> String {
    let description = task.description.trim();
    if description.is_empty() { task.title.clone() } else { format!("{}\n\n{description}", task.title) }
}

#[cfg(test)]
mod tests {
    use switchyard_domain::{Actor, OrgId, Role};

    use super::*;

    #[test]
    fn programs_are_run_for_the_owner_of_a_workspace_and_for_no_administrator() {
        let (owner, org) = (UserId::new(), OrgId::new());
        let scope = |user, role| Actor::authenticated(user, vec![(org, role)]).scope(org).unwrap();
        require_owner(&scope(owner, Role::Member), owner).unwrap();
        let error = require_owner(&scope(UserId::new(), Role::Admin), owner).unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Forbidden, "not_the_owner"));
    }
}
