//! What start-up asks.

use std::time::Duration;

use switchyard_domain::message::MessageStatus;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::*;
use switchyard_domain::workspace::WorkspaceStatus;
use switchyard_domain::{Actor, Role};

use crate::fixture::{Fixture, said};

crate::scenarios! {
    the_local_identity_is_made_once_and_can_write,
    unfinished_sessions_are_active_or_have_messages_queued,
    what_is_open_is_counted_of_the_whole_instance,
    sessions_between_turns_are_found_for_as_long_as_they_are_fresh,
    unfinished_workspaces_are_those_on_their_way,
    a_closed_store_says_so,
}

async fn the_local_identity_is_made_once_and_can_write(f: Fixture) {
    let (user, org) = f.db.local_identity(f.now()).await.unwrap();
    assert_eq!(f.db.local_identity(f.now()).await.unwrap(), (user, org));
    let scope = Actor::authenticated(user, vec![(org, Role::Admin)]).scope(org).unwrap();
    let act = Act { scope, ..f.act("project.create") };
    f.db.create_project(&act, "Mine", &Default::default()).await.unwrap();
    f.db.ping().await.unwrap();
}

async fn unfinished_sessions_are_active_or_have_messages_queued(f: Fixture) {
    let (active, message) = f.whole_session().await;
    let (quiet, quiets) = f.whole_session().await;
    let (queued, _) = f.whole_session().await;
    for id in [message.id, quiets.id] {
        f.db.set_message_status(&f.act("message.deliver"), id, MessageStatus::Delivered).await.unwrap();
    }
    for id in [quiet.id, queued.id] {
        f.db.set_session_status(&f.act("session.idle"), id, SessionStatus::Idle, None).await.unwrap();
    }
    let mut found = f.db.unfinished_sessions().await.unwrap();
    found.sort();
    let (org, user) = (f.alice.org(), f.alice.user());
    assert_eq!(found, [(org, user, active.id), (org, user, queued.id)]);
}

async fn what_is_open_is_counted_of_the_whole_instance(f: Fixture) {
    assert_eq!(f.db.gauges().await.unwrap(), Gauges::default());
    let (running, message) = f.whole_session().await;
    let (idle, _) = f.whole_session().await;
    f.db.set_message_status(&f.act("message.deliver"), message.id, MessageStatus::Delivered).await.unwrap();
    f.db.set_session_status(&f.act("session.run"), running.id, SessionStatus::Running, None).await.unwrap();
    f.db.set_session_status(&f.act("session.idle"), idle.id, SessionStatus::Idle, None).await.unwrap();
    let sessions = vec![(SessionStatus::Running, 1)];
    assert_eq!(f.db.gauges().await.unwrap(), Gauges { sessions, queued_messages: 1, terminals: 0 });
}

async fn sessions_between_turns_are_found_for_as_long_as_they_are_fresh(f: Fixture) {
    let (idle, _) = f.whole_session().await;
    let (over, _) = f.whole_session().await;
    f.whole_session().await;
    for (id, status) in [(idle.id, SessionStatus::Idle), (over.id, SessionStatus::Completed)] {
        f.db.set_session_status(&f.act("session.idle"), id, status, None).await.unwrap();
    }
    f.append(idle.id, &[said(1, "Done.")]).await;
    let changed = f.db.session(&f.alice, idle.id).await.unwrap().updated_at;
    let found = f.db.idle_sessions(changed).await.unwrap();
    assert_eq!(found, [(f.alice.org(), f.alice.user(), idle.id, 1)]);
    let later = changed + Duration::from_micros(1);
    assert_eq!(f.db.idle_sessions(later).await.unwrap(), []);
}

async fn unfinished_workspaces_are_those_on_their_way(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let mut unfinished = vec![f.workspace(task.id).await.id];
    for status in WorkspaceStatus::ALL {
        let id = f.workspace(task.id).await.id;
        f.change(id, status).await;
        if matches!(
            status,
            WorkspaceStatus::Creating
                | WorkspaceStatus::Merging
                | WorkspaceStatus::Discarding
                | WorkspaceStatus::Restoring
        ) {
            unfinished.push(id);
        }
    }
    let mut found: Vec<_> =
        f.db.unfinished_workspaces().await.unwrap().into_iter().map(|(_, _, id)| id).collect();
    found.sort();
    assert_eq!(found, unfinished);
}

async fn a_closed_store_says_so(f: Fixture) {
    f.project("Shop").await;
    f.db.close().await;
    f.db.close().await;
    assert_eq!(f.db.ping().await.unwrap_err().code, "store_closed");
    let error = f.db.create_project(&f.act("project.create"), "Late", &Default::default()).await.unwrap_err();
    assert_eq!(error.code, "store_closed");
}
