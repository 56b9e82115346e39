//! Terminals: each is its user's, and its end is noted once.

use switchyard_domain::event::Entity;
use switchyard_domain::store::*;
use switchyard_domain::terminal::{
    ClosedReason, MOST_OPEN, Terminal, TerminalEnd, TerminalKind, TerminalSize, TerminalStatus,
};
use switchyard_domain::workspace::{Workspace, WorkspaceStatus};
use switchyard_domain::{Actor, ErrorKind, Role, Scope, TerminalId, Timestamp, WorkspaceId};
use switchyard_store::Membership;

use crate::fixture::Fixture;

crate::scenarios! {
    a_terminal_is_opened_renamed_and_closed_once,
    unnamed_terminals_are_numbered_within_their_workspace,
    a_colleagues_terminal_is_not_there,
    no_more_than_so_many_are_open_at_once,
    open_terminals_are_found_by_what_they_are_in,
    a_workspace_has_one_dev_server_for_each_user,
    a_terminal_goes_with_its_workspace,
}

const EXITED: TerminalEnd = TerminalEnd { reason: ClosedReason::Exited, exit_code: Some(-1) };

async fn workspace(f: &Fixture) -> Workspace {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix the till").await;
    f.workspace(task.id).await
}

fn new(workspace_id: WorkspaceId, name: Option<&str>) -> NewTerminal {
    let size = TerminalSize { cols: 120, rows: 40 };
    NewTerminal {
        id: TerminalId::new(),
        workspace_id,
        kind: TerminalKind::Shell,
        name: name.map(str::to_owned),
        size,
        scrollback_lines: 2_500,
    }
}

async fn open(f: &Fixture, workspace: WorkspaceId) -> Terminal {
    f.db.create_terminal(&f.act("terminal.create"), &new(workspace, None)).await.unwrap()
}

/// Somebody else of Alice's organisation.
async fn colleague(f: &Fixture) -> Scope {
    let membership = Membership {
        org: f.alice.org(),
        org_name: "Alice's".to_owned(),
        user: switchyard_domain::UserId::new(),
        user_name: "Bob".to_owned(),
        role: Role::Admin,
    };
    f.db.ensure_membership(&membership, Timestamp::UNIX_EPOCH).await.unwrap();
    let memberships = vec![(membership.org, Role::Admin)];
    Actor::authenticated(membership.user, memberships).scope(membership.org).unwrap()
}

async fn a_terminal_is_opened_renamed_and_closed_once(f: Fixture) {
    let workspace = workspace(&f).await;
    let asked = new(workspace.id, Some("build"));
    let made = f.db.create_terminal(&f.keyed("terminal.create", "k"), &asked).await.unwrap();
    assert_eq!((made.id, made.name.as_str(), made.size, made.version), (asked.id, "build", asked.size, 1));
    assert_eq!((made.status, made.end, made.closed_at), (TerminalStatus::Open, None, None));
    assert_eq!((made.kind, made.scrollback_lines), (TerminalKind::Shell, 2_500));
    let again = new(workspace.id, Some("build"));
    assert_eq!(f.db.create_terminal(&f.keyed("terminal.create", "k"), &again).await.unwrap(), made);
    let act = f.act("terminal.update");
    let renamed = f.db.rename_terminal(&act, made.id, 1, "logs").await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("logs", 2));
    let stale = f.db.rename_terminal(&act, made.id, 1, "other").await.unwrap_err();
    assert_eq!(stale.kind, ErrorKind::Stale);
    let stale = f.db.close_terminal(&act, made.id, Some(1), EXITED).await.unwrap_err();
    assert_eq!(stale.kind, ErrorKind::Stale);
    let closed = f.db.close_terminal(&f.act("terminal.end"), made.id, None, EXITED).await.unwrap();
    assert_eq!((closed.status, closed.end, closed.version), (TerminalStatus::Closed, Some(EXITED), 3));
    assert!(closed.closed_at.is_some());
    let head = f.head().await;
    let lost = TerminalEnd { reason: ClosedReason::Lost, exit_code: None };
    assert_eq!(f.db.close_terminal(&act, made.id, None, lost).await.unwrap(), closed, "how it ended stays");
    assert_eq!(f.head().await, head);
    assert_eq!(f.db.terminal(&f.alice, made.id).await.unwrap(), closed);
    assert!(f.db.terminals(&f.alice, None).await.unwrap().is_empty());
    let error = f.db.rename_terminal(&act, made.id, 3, "x").await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "terminal_closed"));
    let events = f.events().await;
    let versions = events.iter().filter(|event| event.entity == Entity::Terminal).map(|event| event.version);
    assert_eq!(versions.collect::<Vec<_>>(), [1, 2, 3]);
    let audited = f.audit_log().await.into_iter().filter(|line| line.contains(" terminal ")).count();
    assert_eq!(audited, 5, "opened, renamed, two that came too late, closed");
}

async fn unnamed_terminals_are_numbered_within_their_workspace(f: Fixture) {
    let (one, other) = (workspace(&f).await.id, workspace(&f).await.id);
    let first = open(&f, one).await;
    let second = open(&f, one).await;
    assert_eq!((first.name.as_str(), second.name.as_str()), ("Terminal 1", "Terminal 2"));
    assert_eq!(open(&f, other).await.name, "Terminal 1");
    f.db.close_terminal(&f.act("terminal.end"), first.id, None, EXITED).await.unwrap();
    let third = open(&f, one).await;
    assert_eq!(third.name, "Terminal 1", "the smallest number that is free");
    assert_eq!(f.db.terminals(&f.alice, Some(one)).await.unwrap(), [second, third], "oldest first");
    assert_eq!(f.db.terminals(&f.alice, None).await.unwrap().len(), 3);
}

async fn a_colleagues_terminal_is_not_there(f: Fixture) {
    let workspace = workspace(&f).await.id;
    let terminal = open(&f, workspace).await;
    let bob = colleague(&f).await;
    assert_eq!(f.db.terminal(&bob, terminal.id).await.unwrap_err().kind, ErrorKind::NotFound);
    assert!(f.db.terminals(&bob, Some(workspace)).await.unwrap().is_empty());
    let act = Act { scope: bob, ..f.act("terminal.update") };
    let error = f.db.rename_terminal(&act, terminal.id, 1, "x").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let place = TerminalPlace::Workspace(workspace);
    let found = f.db.terminals_in(&bob, place).await.unwrap();
    assert_eq!(found, [(f.alice.user(), terminal.id)], "who throws the workspace away closes it");
    f.db.close_terminal(&act, terminal.id, None, EXITED).await.unwrap();
}

async fn no_more_than_so_many_are_open_at_once(f: Fixture) {
    let workspace = workspace(&f).await.id;
    let first = open(&f, workspace).await;
    for number in 1..MOST_OPEN {
        let new = new(workspace, Some(&number.to_string()));
        f.db.create_terminal(&f.act("terminal.create"), &new).await.unwrap();
    }
    let act = f.act("terminal.create");
    let error = f.db.create_terminal(&act, &new(workspace, None)).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Limited, "too_many_terminals"));
    f.db.close_terminal(&act, first.id, None, EXITED).await.unwrap();
    open(&f, workspace).await;
}

async fn open_terminals_are_found_by_what_they_are_in(f: Fixture) {
    let (one, other) = (workspace(&f).await, workspace(&f).await);
    let (terminal, elsewhere) = (open(&f, one.id).await, open(&f, other.id).await);
    let mine = [(f.alice.user(), terminal.id)];
    for place in [
        TerminalPlace::Workspace(one.id),
        TerminalPlace::Task(one.task_id),
        TerminalPlace::Project(one.project_id),
    ] {
        assert_eq!(f.db.terminals_in(&f.alice, place).await.unwrap(), mine, "{place:?}");
    }
    let all = f.db.open_terminals().await.unwrap();
    let owned = |id: TerminalId| (f.alice.org(), f.alice.user(), id);
    assert_eq!(all, [owned(terminal.id), owned(elsewhere.id)]);
    f.db.close_terminal(&f.act("terminal.end"), terminal.id, None, EXITED).await.unwrap();
    assert!(f.db.terminals_in(&f.alice, TerminalPlace::Task(one.task_id)).await.unwrap().is_empty());
    assert_eq!(f.db.open_terminals().await.unwrap(), [owned(elsewhere.id)]);
}

async fn a_workspace_has_one_dev_server_for_each_user(f: Fixture) {
    let (one, other) = (workspace(&f).await.id, workspace(&f).await.id);
    let server =
        |workspace| NewTerminal { kind: TerminalKind::DevServer, ..new(workspace, Some("Dev server")) };
    let act = f.act("terminal.start_dev_server");
    let first = f.db.create_terminal(&act, &server(one)).await.unwrap();
    assert_eq!(first.kind, TerminalKind::DevServer);
    let error = f.db.create_terminal(&act, &server(one)).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "dev_server_running"));
    f.db.create_terminal(&act, &server(other)).await.unwrap();
    open(&f, one).await;
    let bobs = Act { scope: colleague(&f).await, ..f.act("terminal.start_dev_server") };
    f.db.create_terminal(&bobs, &server(one)).await.unwrap();
    f.db.close_terminal(&f.act("terminal.end"), first.id, None, EXITED).await.unwrap();
    f.db.create_terminal(&act, &server(one)).await.unwrap();
}

async fn a_terminal_goes_with_its_workspace(f: Fixture) {
    let workspace = workspace(&f).await.id;
    let terminal = open(&f, workspace).await;
    f.db.close_terminal(&f.act("terminal.end"), terminal.id, None, EXITED).await.unwrap();
    f.change(workspace, WorkspaceStatus::Discarded).await;
    f.db.delete_workspace(&f.act("workspace.purge"), workspace).await.unwrap();
    assert_eq!(f.db.terminal(&f.alice, terminal.id).await.unwrap_err().kind, ErrorKind::NotFound);
}
