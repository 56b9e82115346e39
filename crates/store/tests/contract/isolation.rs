//! What belongs to another organisation is as absent as what never was, for every method.

use std::collections::BTreeSet;
use std::fmt::Debug;

use switchyard_domain::access::{ProjectReach, ProjectRole};
use switchyard_domain::api_key::NewApiKey;
use switchyard_domain::audit::{AuditEntry, AuditFilter};
use switchyard_domain::comment::{CommentAnchor, DiffSide};
use switchyard_domain::event::FeedSlice;
use switchyard_domain::message::MessageStatus;
use switchyard_domain::organisation::NewInvitation;
use switchyard_domain::repo::CloneChange;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::*;
use switchyard_domain::task::{TaskFilter, TaskPatch};
use switchyard_domain::terminal::{ClosedReason, SCROLLBACK_LINES, TerminalEnd, TerminalKind, TerminalSize};
use switchyard_domain::transcript::{EntryBody, PermissionOption};
use switchyard_domain::*;
use switchyard_store::Database;

use crate::fixture::{Fixture, agent, all, entry, new_repo, new_task, said, secret};

crate::scenarios! {
    a_foreign_row_answers_like_a_missing_one_for_every_method,
    no_method_shows_or_changes_anything_of_another_organisation,
    an_organisation_that_is_not_there_cannot_be_written_to,
}

/// One id of each kind: all of Alice's, or all of nobody's.
pub(crate) struct Ids {
    pub(crate) project: ProjectId,
    pub(crate) repo: RepoId,
    pub(crate) task: TaskId,
    pub(crate) workspace: WorkspaceId,
    pub(crate) session: SessionId,
    pub(crate) message: MessageId,
    pub(crate) approval: ApprovalId,
    pub(crate) comment: CommentId,
    pub(crate) terminal: TerminalId,
    pub(crate) member: UserId,
    pub(crate) invitation: InvitationId,
    pub(crate) api_key: ApiKeyId,
    pub(crate) group: GroupId,
}

pub(crate) async fn real_ids(f: &Fixture) -> Ids {
    let (session, message) = f.whole_session().await;
    let repo = f.repo(session.project_id).await.id;
    let workspace = f.db.workspace(&f.alice, session.workspace_id).await.unwrap();
    let (act, place) = (f.act("comment.create"), anchor(workspace.repos[0].repo_id));
    let comment = f.db.create_comment(&act, workspace.id, &place, "x").await.unwrap().id;
    let terminal = open(workspace.id);
    f.db.create_terminal(&f.act("terminal.create"), &terminal).await.unwrap();
    let ask = EntryBody::Permission {
        permission_id: "p".to_owned(),
        tool_call_id: None,
        title: "May I?".to_owned(),
        options: vec![PermissionOption {
            id: "yes".to_owned(),
            name: "Yes".to_owned(),
            kind: "allow_once".to_owned(),
        }],
        outcome: None,
    };
    f.append(session.id, &[entry(1, ask)]).await;
    let approval = f.db.approvals(&f.alice, None, &all()).await.unwrap().items[0].id;
    let act = f.act("invitation.create");
    let invitation = f.db.create_invitation(&act, &invitation(f, "invitation")).await.unwrap().id;
    let api_key = crate::api_keys::key(f, f.alice, &format!("key of {}", f.alice.user())).await.id;
    let group = f.db.create_group(&f.act("group.create"), "Till people").await.unwrap().id;
    f.db.add_group_member(&f.act("group.add_member"), group, f.alice.user()).await.unwrap();
    Ids {
        project: session.project_id,
        repo,
        task: session.task_id,
        workspace: workspace.id,
        session: session.id,
        message: message.id,
        approval,
        comment,
        terminal: terminal.id,
        member: f.alice.user(),
        invitation,
        api_key,
        group,
    }
}

fn invitation(f: &Fixture, text: &str) -> NewInvitation {
    let secret = secret(&format!("{text} of {}", f.alice.user()));
    NewInvitation { email: None, role: Role::Viewer, secret, expires_at: f.later(3600) }
}

pub(crate) fn no_ids() -> Ids {
    Ids {
        project: ProjectId::new(),
        repo: RepoId::new(),
        task: TaskId::new(),
        workspace: WorkspaceId::new(),
        session: SessionId::new(),
        message: MessageId::new(),
        approval: ApprovalId::new(),
        comment: CommentId::new(),
        terminal: TerminalId::new(),
        member: UserId::new(),
        invitation: InvitationId::new(),
        api_key: ApiKeyId::new(),
        group: GroupId::new(),
    }
}

fn open(workspace_id: WorkspaceId) -> NewTerminal {
    NewTerminal {
        id: TerminalId::new(),
        workspace_id,
        kind: TerminalKind::Shell,
        name: None,
        size: TerminalSize::default(),
        scrollback_lines: SCROLLBACK_LINES,
    }
}

fn anchor(repo_id: RepoId) -> CommentAnchor {
    CommentAnchor {
        repo_id,
        path: "a".to_owned(),
        side: DiffSide::Old,
        line: 1,
        end_line: 1,
        quote: String::new(),
    }
}

/// A method, and what it said.
pub(crate) type Said = (&'static str, String);

fn told<T: Debug>(method: &'static str, outcome: Result<T>) -> Said {
    match outcome {
        Ok(value) => panic!("{method} answered {value:?}"),
        Err(error) => {
            (method, format!("{error:?} {} {:?} {:?}", error.message, error.field, error.conflicts))
        }
    }
}

/// A key of Mallory's, for one project alone or for their organisation.
fn new_key(project: Option<ProjectId>) -> NewApiKey {
    NewApiKey {
        name: "theirs".to_owned(),
        role: Role::Viewer,
        projects: project.map(|project| vec![(project, ProjectRole::Viewer)]),
        secret: secret("theirs"),
        hint: String::new(),
        expires_at: None,
    }
}

/// Of a method that answers everybody: that it told nothing.
pub(crate) fn nothing<T: Debug + Default + PartialEq>(method: &'static str, outcome: Result<T>) -> Said {
    let value = outcome.unwrap();
    assert_eq!(value, T::default(), "{method}");
    (method, String::new())
}

/// Of a method that answers everybody with their own.
fn own(method: &'static str, is_own: bool) -> Said {
    assert!(is_own, "{method}");
    (method, String::new())
}

/// What each method that takes an id says to Mallory.
async fn answers(f: &Fixture, ids: &Ids) -> Vec<Said> {
    let mut said = reads(f, &f.db, ids).await;
    said.extend(organisation_writes(f, &f.db, ids).await);
    said.extend(board_writes(f, &f.db, ids).await);
    said.extend(run_writes(f, &f.db, ids).await);
    said
}

pub(crate) async fn reads(f: &Fixture, db: &Database, ids: &Ids) -> Vec<Said> {
    let scope = &f.mallory;
    let after = EntryRange::After(0);
    vec![
        told("project", db.project(scope, ids.project).await),
        told("access", db.access(scope, ids.project).await),
        told("project_role", db.project_role(scope, ids.project).await),
        told("repos", db.repos(scope, ids.project).await),
        told("repo", db.repo(scope, ids.repo).await),
        told("tasks", db.tasks(scope, ids.project, &TaskFilter::default(), &all()).await),
        told("task", db.task(scope, ids.task).await),
        told("workspace", db.workspace(scope, ids.workspace).await),
        told("task_workspaces", db.task_workspaces(scope, ids.task).await),
        told("project_workspaces", db.project_workspaces(scope, ids.project, &[], &all()).await),
        told("session", db.session(scope, ids.session).await),
        told("workspace_sessions", db.workspace_sessions(scope, ids.workspace).await),
        told("agent_session_id", db.agent_session_id(scope, ids.session).await),
        told("session_loss", db.session_loss(scope, ids.session).await),
        told("entries", db.entries(scope, ids.session, after, 10).await),
        told("message", db.message(scope, ids.message).await),
        told("queued_messages", db.queued_messages(scope, ids.session).await),
        told("approval", db.approval(scope, ids.approval).await),
        told("unheard_answers", db.unheard_answers(scope, ids.session).await),
        told("comments", db.comments(scope, ids.workspace).await),
        told("comment", db.comment(scope, ids.comment).await),
        told("terminals", db.terminals(scope, Some(ids.workspace)).await),
        told("terminal", db.terminal(scope, ids.terminal).await),
    ]
}

async fn organisation_writes(f: &Fixture, db: &Database, ids: &Ids) -> Vec<Said> {
    let act = &f.foreign("attack");
    vec![
        told("set_member_role", db.set_member_role(act, ids.member, Role::Viewer).await),
        told("remove_member", db.remove_member(act, ids.member).await),
        told("delete_invitation", db.delete_invitation(act, ids.invitation).await),
        told("delete_api_key", db.delete_api_key(act, ids.api_key).await),
        told("settle_clone", db.settle_clone(act, ids.repo, CloneSettled::Absent).await),
        told("group_members", db.group_members(&f.mallory, ids.group, &all()).await),
        told("rename_group", db.rename_group(act, ids.group, 1, "x").await),
        told("delete_group", db.delete_group(act, ids.group).await),
        told("add_group_member", db.add_group_member(act, ids.group, f.mallory.user()).await),
        told("remove_group_member", db.remove_group_member(act, ids.group, f.alice.user()).await),
    ]
}

pub(crate) async fn board_writes(f: &Fixture, db: &Database, ids: &Ids) -> Vec<Said> {
    let act = &f.foreign("attack");
    let begin = CloneChange::Begin { folder: None };
    let bulk = BulkChange { delete: true, ..BulkChange::default() };
    let new = NewWorkspace {
        id: WorkspaceId::new(),
        task_id: ids.task,
        branch: "b".to_owned(),
        base_branch: "main".to_owned(),
        repos: Vec::new(),
    };
    vec![
        told("create_api_key", db.create_api_key(act, &new_key(Some(ids.project))).await),
        told("purge_task", db.purge_task(act, ids.task, act.at).await),
        told("purge_project", db.purge_project(act, ids.project, act.at).await),
        told("set_access", db.set_access(act, ids.project, 1, &Default::default()).await),
        told("update_project", db.update_project(act, ids.project, 1, &Default::default()).await),
        told("delete_project", db.delete_project(act, ids.project, 1).await),
        told("restore_project", db.restore_project(act, ids.project).await),
        told("create_repo", db.create_repo(act, ids.project, &new_repo("/x")).await),
        told("change_clone", db.change_clone(act, ids.repo, &begin).await),
        told("delete_repo", db.delete_repo(act, ids.repo, 1).await),
        told("create_task", db.create_task(act, ids.project, &new_task("x")).await),
        told("update_task", db.update_task(act, ids.task, 1, &TaskPatch::default()).await),
        told("update_tasks", db.update_tasks(act, ids.project, &[ids.task], &bulk).await),
        told("delete_task", db.delete_task(act, ids.task, 1).await),
        told("restore_task", db.restore_task(act, ids.task).await),
        told("create_workspace", db.create_workspace(act, &new).await),
        told("change_workspace", db.change_workspace(act, ids.workspace, &Default::default()).await),
        told("delete_workspace", db.delete_workspace(act, ids.workspace).await),
    ]
}

pub(crate) async fn run_writes(f: &Fixture, db: &Database, ids: &Ids) -> Vec<Said> {
    let act = &f.foreign("attack");
    let new = NewSession { workspace_id: ids.workspace, agent: agent(), prompt: "x".to_owned() };
    let failed = SessionStatus::Failed;
    let entries = [said(2, "x")];
    let end = TerminalEnd { reason: ClosedReason::Closed, exit_code: None };
    vec![
        told("create_session", db.create_session(act, &new).await),
        told("set_session_status", db.set_session_status(act, ids.session, failed, None).await),
        told("append_entries", db.append_entries(&f.foreign("session.append"), ids.session, &entries).await),
        told("create_message", db.create_message(act, ids.session, "x").await),
        told("set_message_status", db.set_message_status(act, ids.message, MessageStatus::Failed).await),
        told("delete_message", db.delete_message(act, ids.message).await),
        told("answer_approval", db.answer_approval(act, ids.approval, "yes").await),
        told("expire_approval", db.expire_approval(act, ids.approval, Some("yes")).await),
        told("create_comment", db.create_comment(act, ids.workspace, &anchor(ids.repo), "x").await),
        told("update_comment", db.update_comment(act, ids.comment, 1, "x").await),
        told("delete_comment", db.delete_comment(act, ids.comment, 1).await),
        told("create_terminal", db.create_terminal(act, &open(ids.workspace)).await),
        told("rename_terminal", db.rename_terminal(act, ids.terminal, 1, "x").await),
        told("close_terminal", db.close_terminal(act, ids.terminal, None, end).await),
        told("send_review", db.send_review(act, ids.session, &[ids.comment], "x").await),
    ]
}

async fn a_foreign_row_answers_like_a_missing_one_for_every_method(f: Fixture) {
    let ids = real_ids(&f).await;
    let head = f.head().await;
    let audited = f.audit_log().await.len();
    assert_eq!(answers(&f, &ids).await, answers(&f, &no_ids()).await);
    assert_eq!((f.head().await, f.audit_log().await.len()), (head, audited), "nothing was written");
    assert_eq!(f.db.feed_head(&f.mallory).await.unwrap(), 0);
}

/// What each method that answers everybody tells Mallory, who has nothing.
async fn lists(f: &Fixture, db: &Database, ids: &Ids) -> Vec<Said> {
    let (scope, at, filter) = (&f.mallory, f.now(), AuditFilter::default());
    let place = TerminalPlace::Workspace(ids.workspace);
    let members = db.members(scope, &all()).await.unwrap().items;
    let slice = db.events(scope, 0, 100).await.unwrap();
    vec![
        nothing("projects", db.projects(scope, false, &all()).await.map(|page| page.items)),
        nothing("tasks_by_id", db.tasks_by_id(scope, &[ids.task]).await),
        nothing("approvals", db.approvals(scope, None, &all()).await.map(|page| page.items)),
        nothing("unanswered", db.unanswered(scope, at).await),
        nothing("expired", db.expired(scope, at).await),
        nothing("terminals", db.terminals(scope, None).await),
        nothing("terminals_in", db.terminals_in(scope, place).await),
        nothing("audit", db.audit(scope, &filter, &all()).await.map(|page| page.items)),
        nothing("invitations", db.invitations(scope, at, &all()).await.map(|page| page.items)),
        nothing("api_keys", db.api_keys(scope, &all()).await.map(|page| page.items)),
        nothing("feed_head", db.feed_head(scope).await),
        nothing("groups", db.groups(scope, &all()).await.map(|page| page.items)),
        own("project_reach", db.project_reach(scope).await.unwrap() == ProjectReach::All),
        own("events", slice == FeedSlice::Events(Vec::new())),
        own("members", members.len() == 1 && members[0].user_id == scope.user()),
        own("config", db.config(scope).await.unwrap().version == 0),
        own("organisation", db.organisation(scope).await.unwrap().id == scope.org()),
    ]
}

/// What each method that takes nobody's id writes for Mallory.
async fn own_writes(f: &Fixture, db: &Database) -> Vec<Said> {
    let act = &f.foreign("own");
    let refused =
        AuditEntry { action: "x.refused", entity_type: "x", entity_id: None, details: vec![], at: act.at };
    let key = new_key(None);
    vec![
        own("create_project", db.create_project(act, "Theirs", &Default::default()).await.is_ok()),
        own("put_config", db.put_config(act, 0, &Default::default()).await.is_ok()),
        own("append_audit", db.append_audit(&f.mallory, &refused).await.is_ok()),
        own("create_group", db.create_group(act, "Theirs").await.is_ok()),
        own("create_organisation", db.create_organisation(act, "Theirs").await.is_ok()),
        own("rename_organisation", db.rename_organisation(act, 1, "Theirs").await.is_ok()),
        own("create_invitation", db.create_invitation(act, &invitation(f, "theirs")).await.is_ok()),
        own("create_api_key", db.create_api_key(act, &key).await.is_ok()),
        own("prune_events", db.prune_events(&f.mallory, 0).await.is_ok()),
    ]
}

async fn no_method_shows_or_changes_anything_of_another_organisation(f: Fixture) {
    let ids = real_ids(&f).await;
    let before = f.rows_of(f.alice.org()).await;
    assert!(before.len() > 15, "{before:?}");
    let mut said = answers(&f, &ids).await;
    said.extend(lists(&f, &f.db, &ids).await);
    said.extend(own_writes(&f, &f.db).await);
    assert_eq!(f.rows_of(f.alice.org()).await, before);
    let asked: BTreeSet<String> = said.into_iter().map(|(method, _)| method.to_owned()).collect();
    assert_eq!(asked, crate::ports::methods().0, "each method of a port has a row here");
}

async fn an_organisation_that_is_not_there_cannot_be_written_to(f: Fixture) {
    let (user, org) = (f.alice.user(), OrgId::new());
    let scope = Actor::authenticated(user, vec![(org, Role::Admin)]).scope(org).unwrap();
    let act = Act { scope, ..f.act("project.create") };
    let error = f.db.create_project(&act, "x", &Default::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(f.db.feed_head(&scope).await.unwrap_err().kind, ErrorKind::NotFound);
}
