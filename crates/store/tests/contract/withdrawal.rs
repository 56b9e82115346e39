//! What goes on for people who may not have it done any more.

use switchyard_domain::access::{AccessLoss, NewAccess, ProjectRole, Subject};
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::*;
use switchyard_domain::terminal::{TerminalKind, TerminalSize};
use switchyard_domain::{Role, Scope, TerminalId};

use crate::fixture::{Fixture, agent};

crate::scenarios! {
    whoever_loses_access_is_found_with_why_and_whoever_has_it_back_is_not,
    a_message_that_waits_is_amiss_once_its_sender_may_have_it_heard,
}

/// Bob, a member of Alice's organisation, with a session and a terminal in a project of hers.
async fn bobs(f: &Fixture) -> (Scope, Session, TerminalId) {
    let bob = f.colleague("Bob", Role::Member).await;
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix the till").await;
    let workspace = f.workspace(task.id).await.id;
    let new = NewSession { workspace_id: workspace, agent: agent(), prompt: "Go".to_owned() };
    let (session, _) = f.db.create_session(&f.act_of(bob, "session.create"), &new).await.unwrap();
    let terminal = NewTerminal {
        id: TerminalId::new(),
        workspace_id: workspace,
        kind: TerminalKind::Shell,
        name: None,
        size: TerminalSize::default(),
        scrollback_lines: 1_000,
    };
    f.db.create_terminal(&f.act_of(bob, "terminal.create"), &terminal).await.unwrap();
    (bob, session, terminal.id)
}

async fn set(f: &Fixture, session: &Session, restricted: bool, entries: &[(Subject, ProjectRole)]) {
    let version = f.db.access(&f.alice, session.project_id).await.unwrap().version;
    let access = NewAccess { restricted, entries: entries.to_vec() };
    f.db.set_access(&f.act("access.update"), session.project_id, version, &access).await.unwrap();
}

async fn whoever_loses_access_is_found_with_why_and_whoever_has_it_back_is_not(f: Fixture) {
    let (bob, session, terminal) = bobs(&f).await;
    let (org, user) = (bob.org(), bob.user());
    let check = async |loss: Option<AccessLoss>| {
        assert_eq!(f.db.session_loss(&f.alice, session.id).await.unwrap(), loss);
        let sessions = f.db.sessions_amiss().await.unwrap();
        let terminals = f.db.terminals_amiss().await.unwrap();
        let lost = usize::from(loss.is_some());
        assert_eq!(sessions, [(org, user, session.id)][..lost], "{loss:?}");
        assert_eq!(terminals, [(org, user, terminal)][..lost], "{loss:?}");
    };
    check(None).await;
    set(&f, &session, true, &[]).await;
    check(Some(AccessLoss::NotNamed)).await;
    set(&f, &session, true, &[(Subject::User(user), ProjectRole::Viewer)]).await;
    check(Some(AccessLoss::ProjectViewer)).await;
    set(&f, &session, true, &[(Subject::User(user), ProjectRole::Editor)]).await;
    check(None).await;
    let group = f.db.create_group(&f.act("group.create"), "Some").await.unwrap().id;
    f.db.add_group_member(&f.act("group.add_member"), group, user).await.unwrap();
    set(&f, &session, true, &[(Subject::Group(group), ProjectRole::Admin)]).await;
    check(None).await;
    f.db.delete_group(&f.act("group.delete"), group).await.unwrap();
    check(Some(AccessLoss::NotNamed)).await;
    set(&f, &session, false, &[]).await;
    check(None).await;
    f.db.set_member_role(&f.act("member.update"), user, Role::Viewer).await.unwrap();
    check(Some(AccessLoss::Viewer)).await;
    f.db.set_member_role(&f.act("member.update"), user, Role::Admin).await.unwrap();
    set(&f, &session, true, &[]).await;
    check(None).await;
    f.db.set_user_disabled(f.now(), user, true).await.unwrap();
    check(Some(AccessLoss::AccountClosed)).await;
    f.db.set_user_disabled(f.now(), user, false).await.unwrap();
    check(None).await;
    f.db.remove_member(&f.act("member.delete"), user).await.unwrap();
    check(Some(AccessLoss::NoMember)).await;
}

async fn a_message_that_waits_is_amiss_once_its_sender_may_have_it_heard(f: Fixture) {
    let (bob, session, _) = bobs(&f).await;
    set(&f, &session, true, &[]).await;
    let stopped = SessionStatus::Stopped;
    f.db.set_session_status(&f.act("session.stop"), session.id, stopped, None).await.unwrap();
    assert_eq!(f.db.sessions_amiss().await.unwrap(), []);
    set(&f, &session, false, &[]).await;
    assert_eq!(f.db.sessions_amiss().await.unwrap(), [(bob.org(), bob.user(), session.id)]);
}
