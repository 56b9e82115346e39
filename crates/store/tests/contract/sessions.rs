//! Sessions and messages.

use switchyard_domain::ErrorKind;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::message::MessageStatus;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::store::*;
use switchyard_domain::task::{TaskPatch, TaskStatus};

use crate::fixture::{Fixture, agent};

crate::scenarios! {
    a_session_begins_with_its_message_and_moves_its_task,
    a_task_that_is_done_stays_done_when_a_session_starts,
    a_session_made_twice_under_one_key_is_one,
    a_status_set_from_outside_has_its_detail,
    messages_wait_in_order_until_they_are_delivered,
    a_delivered_message_cannot_be_taken_back,
}

async fn a_session_begins_with_its_message_and_moves_its_task(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let workspace = f.workspace(task.id).await;
    let head = f.head().await;
    let (session, message) = f.session(workspace.id).await;
    assert_eq!(
        (session.title.as_str(), session.status, session.last_seq),
        ("Fix it", SessionStatus::Starting, 0)
    );
    assert_eq!((&session.agent, session.task_id, session.project_id), (&agent(), task.id, project.id));
    assert_eq!((message.text.as_str(), message.status), ("Fix it\nplease", MessageStatus::Queued));
    assert_eq!(f.db.session(&f.alice, session.id).await.unwrap(), session);
    assert_eq!(f.db.queued_messages(&f.alice, session.id).await.unwrap(), [message]);

    let task = f.db.task(&f.alice, task.id).await.unwrap();
    assert_eq!(task.status, TaskStatus::InProgress);
    let latest = task.latest_session.unwrap();
    assert_eq!(
        (latest.id, latest.workspace_id, latest.status),
        (session.id, workspace.id, SessionStatus::Starting)
    );
    let events: Vec<_> = f.events_after(head).await.iter().map(|event| (event.entity, event.verb)).collect();
    let expected =
        [(Entity::Session, Verb::Created), (Entity::Message, Verb::Created), (Entity::Task, Verb::Updated)];
    assert_eq!(events, expected);

    let (second, _) = f.session(workspace.id).await;
    let sessions = f.db.workspace_sessions(&f.alice, workspace.id).await.unwrap();
    assert_eq!(sessions.iter().map(|session| session.id).collect::<Vec<_>>(), [second.id, session.id]);
}

async fn a_task_that_is_done_stays_done_when_a_session_starts(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let workspace = f.workspace(task.id).await;
    let version = f.db.task(&f.alice, task.id).await.unwrap().version;
    let patch = TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() };
    f.db.update_task(&f.act("task.update"), task.id, version, &patch).await.unwrap();
    f.session(workspace.id).await;
    assert_eq!(f.db.task(&f.alice, task.id).await.unwrap().status, TaskStatus::Done);
}

async fn a_session_made_twice_under_one_key_is_one(f: Fixture) {
    let project = f.project("Shop").await;
    let task = f.task(project.id, "Fix").await;
    let workspace_id = f.workspace(task.id).await.id;
    let new = NewSession { workspace_id, agent: agent(), prompt: "Go".to_owned() };
    let first = f.db.create_session(&f.keyed("session.create", "k"), &new).await.unwrap();
    f.db.create_message(&f.act("message.create"), first.0.id, "and then").await.unwrap();
    let again = f.db.create_session(&f.keyed("session.create", "k"), &new).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(f.db.workspace_sessions(&f.alice, workspace_id).await.unwrap().len(), 1);
}

async fn a_status_set_from_outside_has_its_detail(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let set = async |status, detail| {
        f.db.set_session_status(&f.act("session.lost"), session.id, status, detail).await.unwrap()
    };
    let failed = set(SessionStatus::Failed, Some("its runner is gone\0")).await;
    assert_eq!(failed.status, SessionStatus::Failed);
    assert_eq!(failed.status_detail.as_deref(), Some("its runner is gone\u{FFFD}"));
    let again = set(SessionStatus::Starting, None).await;
    assert_eq!((again.status_detail, again.version), (None, 3));
}

async fn messages_wait_in_order_until_they_are_delivered(f: Fixture) {
    let (session, first) = f.whole_session().await;
    let second = f.db.create_message(&f.keyed("message.create", "k"), session.id, "more").await.unwrap();
    let again = f.db.create_message(&f.keyed("message.create", "k"), session.id, "more").await.unwrap();
    assert_eq!(again, second);
    let third = f.db.create_message(&f.act("message.create"), session.id, "yet more").await.unwrap();
    let waiting = f.db.queued_messages(&f.alice, session.id).await.unwrap();
    assert_eq!(waiting, [first.clone(), second.clone(), third.clone()]);
    let set =
        async |id, status| f.db.set_message_status(&f.act("message.deliver"), id, status).await.unwrap();
    set(first.id, MessageStatus::Delivered).await;
    let failed = set(second.id, MessageStatus::Failed).await;
    assert_eq!(f.db.queued_messages(&f.alice, session.id).await.unwrap(), [failed, third]);
    let head = f.head().await;
    set(first.id, MessageStatus::Delivered).await;
    assert_eq!(f.head().await, head, "saying it again changes nothing");
}

async fn a_delivered_message_cannot_be_taken_back(f: Fixture) {
    let (session, first) = f.whole_session().await;
    let second = f.db.create_message(&f.act("message.create"), session.id, "oops").await.unwrap();
    f.db.delete_message(&f.act("message.delete"), second.id).await.unwrap();
    assert_eq!(f.db.message(&f.alice, second.id).await.unwrap_err().kind, ErrorKind::NotFound);
    f.db.set_message_status(&f.act("message.deliver"), first.id, MessageStatus::Delivered).await.unwrap();
    let error = f.db.delete_message(&f.act("message.delete"), first.id).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "message_delivered"));
}
