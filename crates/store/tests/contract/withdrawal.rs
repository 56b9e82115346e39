//! What goes on for people who may not have it done any more.

use switchyard_domain::access::{AccessLoss, NewAccess, ProjectRole, Subject};
use switchyard_domain::repo::{
    CLONE_WITHDRAWN, CloneChange, CloneStatus, NewPlace, NewRepo, Repo, RepoClone, RepoPlace,
};
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::*;
use switchyard_domain::terminal::{TerminalKind, TerminalSize};
use switchyard_domain::{RepoId, Role, Scope, SessionId, TerminalId};

use crate::fixture::{Fixture, agent, new_repo};

crate::scenarios! {
    whoever_loses_access_is_found_with_why_and_whoever_has_it_back_is_not,
    a_message_that_waits_is_amiss_once_its_sender_may_have_it_heard,
    an_agent_that_waits_is_amiss_where_it_has_a_process_and_its_owner_no_access,
    a_clone_under_way_is_amiss_for_whom_it_is_made_without_access,
    a_clone_that_is_brought_up_to_date_is_amiss_likewise_and_stays,
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
        let sessions = f.db.sessions_amiss(&[]).await.unwrap();
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
    assert_eq!(f.db.sessions_amiss(&[]).await.unwrap(), []);
    set(&f, &session, false, &[]).await;
    assert_eq!(f.db.sessions_amiss(&[]).await.unwrap(), [(bob.org(), bob.user(), session.id)]);
}

async fn an_agent_that_waits_is_amiss_where_it_has_a_process_and_its_owner_no_access(f: Fixture) {
    let (bob, session, _) = bobs(&f).await;
    let idle = async |status| {
        f.db.set_session_status(&f.act("session.append"), session.id, status, None).await.unwrap();
    };
    idle(SessionStatus::Idle).await;
    // More than go into one statement.
    let mut driven: Vec<SessionId> = (0..300).map(|_| SessionId::new()).collect();
    driven.push(session.id);
    let amiss = async |driven: &[SessionId]| {
        let amiss = f.db.sessions_amiss(driven).await.unwrap();
        amiss.into_iter().filter(|(org, ..)| *org == bob.org()).collect::<Vec<_>>()
    };
    let own = [(bob.org(), bob.user(), session.id)];
    set(&f, &session, true, &[(Subject::User(bob.user()), ProjectRole::Editor)]).await;
    assert_eq!(amiss(&driven).await, own, "the message that waits is to be heard");
    set(&f, &session, true, &[]).await;
    assert_eq!((amiss(&driven).await, amiss(&[]).await), (own.to_vec(), vec![]));
    idle(SessionStatus::Stopped).await;
    assert_eq!(amiss(&driven).await, []);
}

/// A repo at a remote in the session's project.
async fn remote(f: &Fixture, session: &Session) -> RepoId {
    let place = NewPlace::Remote("https://git.example/shop".to_owned());
    let new = NewRepo { place, ..new_repo("/code/shop") };
    f.db.create_repo(&f.act("repo.create"), session.project_id, &new).await.unwrap().id
}

fn clone_of(repo: &Repo) -> &RepoClone {
    match &repo.place {
        RepoPlace::Remote { clone: Some(clone), .. } => clone,
        _ => panic!("no clone: {repo:?}"),
    }
}

async fn a_clone_that_is_brought_up_to_date_is_amiss_likewise_and_stays(f: Fixture) {
    let (bob, session, _) = bobs(&f).await;
    let repo = remote(&f, &session).await;
    let change = async |scope: Scope, change: CloneChange| {
        let act = f.act_of(scope.unattended(), "repo.clone");
        f.db.change_clone(&act, repo, &change).await.unwrap()
    };
    let ready = |attempt| CloneChange::Ready {
        attempt,
        path: "/clones/shop".to_owned(),
        default_branch: "main".to_owned(),
        outdated: None,
    };
    for scope in [f.alice, bob] {
        change(scope, CloneChange::Begin { folder: None }).await;
        change(scope, ready(1)).await;
    }
    // More than go into one statement, with Alice's, who keeps her access.
    let mut under_way: Vec<_> = (0..300).map(|_| (bob.user(), RepoId::new())).collect();
    under_way.extend([(f.alice.user(), repo), (bob.user(), repo)]);
    assert_eq!(f.db.updates_amiss(&under_way).await.unwrap(), []);
    set(&f, &session, true, &[]).await;
    let own = (bob.org(), bob.user(), repo, AccessLoss::NotNamed);
    assert_eq!(f.db.updates_amiss(&under_way).await.unwrap(), [own]);
    // What nobody brings up to date is let be.
    assert_eq!(f.db.updates_amiss(&under_way[..301]).await.unwrap(), []);
    assert_eq!(f.db.updates_amiss(&[]).await.unwrap(), []);
    assert_eq!(f.db.clones_amiss().await.unwrap(), []);

    let now = change(bob, CloneChange::WithdrawUpdate { error: "Closed.".to_owned() }).await;
    let clone = clone_of(&now);
    assert_eq!((clone.status, clone.attempt, clone.path.as_str()), (CloneStatus::Ready, 2, "/clones/shop"));
    assert_eq!((clone.reason.as_deref(), clone.error.as_deref()), (None, Some("Closed.")));
    // What comes of the attempt before is no news; the next one's is.
    assert_eq!(change(bob, ready(1)).await, now);
    let (reason, error) = ("clone_cancelled".to_owned(), "Cancelled.".to_owned());
    assert_eq!(change(bob, CloneChange::Failed { attempt: 1, reason, error }).await, now);
    let again = change(bob, ready(2)).await;
    let clone = clone_of(&again);
    assert_eq!((clone.status, &clone.error), (CloneStatus::Ready, &None));
    // One that is not there stays as it is.
    change(bob, CloneChange::Failed { attempt: 2, reason: "remote_refused".into(), error: "No.".into() })
        .await;
    let failed = f.db.repo(&bob.unattended(), repo).await.unwrap();
    assert_eq!(change(bob, CloneChange::WithdrawUpdate { error: "Closed.".to_owned() }).await, failed);
    assert_eq!(f.db.updates_amiss(&under_way).await.unwrap(), []);
}

async fn a_clone_under_way_is_amiss_for_whom_it_is_made_without_access(f: Fixture) {
    let (bob, session, _) = bobs(&f).await;
    let repo = remote(&f, &session).await;
    let begin = CloneChange::Begin { folder: None };
    f.db.change_clone(&f.act("repo.clone"), repo, &begin).await.unwrap();
    f.db.change_clone(&f.act_of(bob, "repo.clone"), repo, &begin).await.unwrap();
    assert_eq!(f.db.clones_amiss().await.unwrap(), []);
    set(&f, &session, true, &[]).await;
    let own = (bob.org(), bob.user(), repo, AccessLoss::NotNamed);
    assert_eq!(f.db.clones_amiss().await.unwrap(), [own]);
    let act = f.act_of(bob.unattended(), "repo.clone_access_lost");
    let withdraw = CloneChange::Withdraw { error: "Closed.".to_owned() };
    let now = f.db.change_clone(&act, repo, &withdraw).await.unwrap();
    let clone = clone_of(&now);
    assert_eq!((clone.status, clone.attempt), (CloneStatus::Failed, 1));
    assert_eq!((clone.reason.as_deref(), clone.error.as_deref()), (Some(CLONE_WITHDRAWN), Some("Closed.")));
    assert_eq!(f.db.clones_amiss().await.unwrap(), []);
    // It is over: nothing is noted twice, and Alice's goes on.
    assert_eq!(f.db.change_clone(&act, repo, &withdraw).await.unwrap(), now);
    assert_eq!(clone_of(&f.db.repo(&f.alice, repo).await.unwrap()).status, CloneStatus::Cloning);
}
