//! Approvals: asked and settled by the transcript, answered by people.

use switchyard_domain::approval::{Approval, ApprovalStatus};
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::session::{Session, SessionStatus};
use switchyard_domain::store::*;
use switchyard_domain::transcript::{Entry, EntryBody, PermissionOption, PermissionOutcome, SystemEvent};
use switchyard_domain::{ErrorKind, PageRequest};

use crate::fixture::{Fixture, all, entry, system};

crate::scenarios! {
    a_permission_request_becomes_an_approval_once,
    an_answer_waits_until_the_transcript_has_its_outcome,
    a_session_runs_on_only_when_no_question_is_left,
    a_settled_request_takes_no_answer,
    an_answer_must_be_one_of_those_offered,
    a_turn_that_ends_cancels_what_it_asked,
    approvals_come_newest_first_and_by_status,
    only_what_its_owner_left_unanswered_long_enough_is_found,
    what_nobody_answered_is_rejected_in_nobodys_name,
    what_was_given_up_stays_so_when_its_turn_ends,
    what_is_settled_does_not_expire,
}

fn permission(seq: i64, id: &str, outcome: Option<PermissionOutcome>) -> Entry {
    let option = |id: &str, kind: &str| PermissionOption {
        id: id.to_owned(),
        name: id.to_owned(),
        kind: kind.to_owned(),
    };
    let body = EntryBody::Permission {
        permission_id: id.to_owned(),
        tool_call_id: Some("t1".to_owned()),
        title: "Run rm\0 -rf".to_owned(),
        options: vec![option("allow", "allow_once"), option("reject", "reject_once")],
        outcome,
    };
    entry(seq, body)
}

fn picked(option: &str) -> Option<PermissionOutcome> {
    Some(PermissionOutcome::Selected { option_id: option.to_owned() })
}

async fn asked(f: &Fixture, questions: &[&str]) -> (Session, Vec<Approval>) {
    let (session, _) = f.whole_session().await;
    let mut entries = vec![system(1, SystemEvent::TurnStarted)];
    entries.extend(questions.iter().zip(2..).map(|(id, seq)| permission(seq, id, None)));
    let session = f.append(session.id, &entries).await;
    let mut approvals = f.db.approvals(&f.alice, Some(ApprovalStatus::Pending), &all()).await.unwrap().items;
    approvals.reverse();
    (session, approvals)
}

async fn a_permission_request_becomes_an_approval_once(f: Fixture) {
    let (session, approvals) = asked(&f, &["p1"]).await;
    assert_eq!(session.status, SessionStatus::WaitingApproval);
    let [approval] = &approvals[..] else { panic!("{approvals:?}") };
    assert_eq!((approval.session_id, approval.workspace_id), (session.id, session.workspace_id));
    assert_eq!((approval.task_id, approval.project_id), (session.task_id, session.project_id));
    assert_eq!((approval.title.as_str(), approval.permission_id.as_str()), ("Run rm\u{FFFD} -rf", "p1"));
    assert_eq!((approval.options.len(), approval.version), (2, 1));
    assert_eq!(&f.db.approval(&f.alice, approval.id).await.unwrap(), approval);
    let made = f.events().await.into_iter().filter(|event| event.entity == Entity::Approval);
    assert_eq!(made.map(|event| event.verb).collect::<Vec<_>>(), [Verb::Created]);
    f.append(session.id, &[permission(3, "p1", None)]).await;
    assert_eq!(f.db.approvals(&f.alice, None, &all()).await.unwrap().items, approvals);
}

async fn an_answer_waits_until_the_transcript_has_its_outcome(f: Fixture) {
    let (session, approvals) = asked(&f, &["p1"]).await;
    let act = f.act("approval.answer");
    let answered = f.db.answer_approval(&act, approvals[0].id, "allow").await.unwrap();
    assert_eq!((answered.status, answered.option_id.as_deref()), (ApprovalStatus::Answered, Some("allow")));
    assert_eq!((answered.answered_by, answered.answered_at), (Some(f.alice.user()), Some(act.at)));
    assert_eq!(
        &f.db.unheard_answers(&f.alice, session.id).await.unwrap()[..],
        std::slice::from_ref(&answered)
    );
    assert_eq!(f.db.session(&f.alice, session.id).await.unwrap().status, SessionStatus::WaitingApproval);
    assert_eq!(f.audit_log().await.last().unwrap().split(' ').next(), Some("approval.answer"));

    let session = f.append(session.id, &[permission(3, "p1", picked("allow"))]).await;
    assert_eq!(session.status, SessionStatus::Running);
    assert!(f.db.unheard_answers(&f.alice, session.id).await.unwrap().is_empty());
    let heard = f.db.approval(&f.alice, answered.id).await.unwrap();
    assert_eq!(Approval { version: 2, ..heard }, answered);
}

async fn a_session_runs_on_only_when_no_question_is_left(f: Fixture) {
    let (session, approvals) = asked(&f, &["p1", "p2", "p3"]).await;
    assert_eq!(approvals.len(), 3);
    let session = f.append(session.id, &[permission(5, "p2", picked("reject"))]).await;
    assert_eq!(session.status, SessionStatus::WaitingApproval);
    f.append(session.id, &[permission(6, "p1", picked("allow"))]).await;
    let session = f.append(session.id, &[permission(7, "p3", Some(PermissionOutcome::Cancelled))]).await;
    assert_eq!(session.status, SessionStatus::Running);
    let mut settled = f.db.approvals(&f.alice, None, &all()).await.unwrap().items;
    settled.reverse();
    let outcomes: Vec<_> = settled
        .iter()
        .map(|approval| (approval.status, approval.option_id.as_deref(), approval.answered_by))
        .collect();
    assert_eq!(
        outcomes,
        [
            (ApprovalStatus::Answered, Some("allow"), None),
            (ApprovalStatus::Answered, Some("reject"), None),
            (ApprovalStatus::Cancelled, None, None),
        ]
    );
}

async fn a_settled_request_takes_no_answer(f: Fixture) {
    let (session, approvals) = asked(&f, &["p1", "p2"]).await;
    f.append(session.id, &[permission(4, "p1", Some(PermissionOutcome::Cancelled))]).await;
    f.db.answer_approval(&f.act("approval.answer"), approvals[1].id, "allow").await.unwrap();
    for approval in &approvals {
        let error = f.db.answer_approval(&f.act("approval.answer"), approval.id, "reject").await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "approval_settled"));
    }
}

async fn an_answer_must_be_one_of_those_offered(f: Fixture) {
    let (_, approvals) = asked(&f, &["p1"]).await;
    let error = f.db.answer_approval(&f.act("approval.answer"), approvals[0].id, "always").await.unwrap_err();
    assert_eq!((error.kind, error.field), (ErrorKind::Invalid, Some("option_id")));
}

async fn a_turn_that_ends_cancels_what_it_asked(f: Fixture) {
    let (session, _) = asked(&f, &["p1"]).await;
    let end = SystemEvent::TurnEnded { stop_reason: "cancelled".to_owned() };
    let batch = [system(3, end), system(4, SystemEvent::TurnStarted), permission(5, "p2", None)];
    let session = f.append(session.id, &batch).await;
    assert_eq!(session.status, SessionStatus::WaitingApproval);
    let status = async || {
        let approvals = f.db.approvals(&f.alice, None, &all()).await.unwrap().items;
        approvals.into_iter().rev().map(|approval| approval.status).collect::<Vec<_>>()
    };
    assert_eq!(status().await, [ApprovalStatus::Cancelled, ApprovalStatus::Pending]);
    f.db.set_session_status(&f.act("session.lost"), session.id, SessionStatus::Failed, None).await.unwrap();
    assert_eq!(status().await, [ApprovalStatus::Cancelled, ApprovalStatus::Cancelled]);
}

async fn approvals_come_newest_first_and_by_status(f: Fixture) {
    let (_, approvals) = asked(&f, &["p1", "p2", "p3"]).await;
    f.db.answer_approval(&f.act("approval.answer"), approvals[1].id, "allow").await.unwrap();
    let first = f.db.approvals(&f.alice, None, &PageRequest::new(Some(2), None)).await.unwrap();
    let rest = f.db.approvals(&f.alice, None, &PageRequest::new(Some(2), first.next_cursor)).await.unwrap();
    let ids: Vec<_> =
        first.items.iter().chain(&rest.items).map(|approval| approval.permission_id.as_str()).collect();
    assert_eq!((ids, rest.next_cursor.clone()), (vec!["p3", "p2", "p1"], None));
    let pending = f.db.approvals(&f.alice, Some(ApprovalStatus::Pending), &all()).await.unwrap().items;
    assert_eq!(pending.len(), 2);
    assert!(f.db.approvals(&f.mallory, None, &all()).await.unwrap().items.is_empty());
}

async fn only_what_its_owner_left_unanswered_long_enough_is_found(f: Fixture) {
    assert_eq!(f.db.asked_users().await.unwrap(), []);
    let (session, approvals) = asked(&f, &["p1", "p2", "p3"]).await;
    f.db.answer_approval(&f.act("approval.answer"), approvals[1].id, "allow").await.unwrap();
    let before = f.now();
    f.append(session.id, &[permission(5, "p4", None)]).await;
    let found = f.db.unanswered(&f.alice, before).await.unwrap();
    assert_eq!(found, [approvals[0].clone(), approvals[2].clone()]);
    assert_eq!(f.db.unanswered(&f.alice, approvals[0].created_at).await.unwrap().len(), 2, "to the moment");
    assert!(f.db.unanswered(&f.mallory, f.now()).await.unwrap().is_empty());
    assert_eq!(f.db.asked_users().await.unwrap(), [(f.alice.org(), f.alice.user())]);
}

async fn what_nobody_answered_is_rejected_in_nobodys_name(f: Fixture) {
    let (session, approvals) = asked(&f, &["p1"]).await;
    let act = f.act("approval.expire");
    let expired = f.db.expire_approval(&act, approvals[0].id, Some("reject")).await.unwrap();
    assert_eq!((expired.status, expired.option_id.as_deref()), (ApprovalStatus::Expired, Some("reject")));
    assert_eq!((expired.answered_by, expired.answered_at, expired.version), (None, Some(act.at), 2));
    let event = f.events().await.pop().unwrap();
    assert_eq!((event.entity, event.verb, event.id), (Entity::Approval, Verb::Updated, expired.id.0));
    let audited = f.audit_log().await.pop().unwrap();
    assert!(audited.starts_with("approval.expire approval ") && audited.contains("reject"), "{audited}");
    let unheard = f.db.unheard_answers(&f.alice, session.id).await.unwrap();
    assert_eq!(unheard[..], *std::slice::from_ref(&expired));

    let session = f.append(session.id, &[permission(3, "p1", picked("reject"))]).await;
    assert_eq!(session.status, SessionStatus::Running);
    assert!(f.db.unheard_answers(&f.alice, session.id).await.unwrap().is_empty());
    let heard = f.db.approval(&f.alice, expired.id).await.unwrap();
    assert_eq!(heard, Approval { version: 3, ..expired });
}

async fn what_was_given_up_stays_so_when_its_turn_ends(f: Fixture) {
    let (session, approvals) = asked(&f, &["p1", "p2", "p3"]).await;
    for (approval, option) in approvals.iter().zip([None, Some("reject")]) {
        f.db.expire_approval(&f.act("approval.expire"), approval.id, option).await.unwrap();
    }
    f.append(session.id, &[permission(5, "p1", Some(PermissionOutcome::Cancelled))]).await;
    f.db.set_session_status(&f.act("session.lost"), session.id, SessionStatus::Failed, None).await.unwrap();
    let mut settled = f.db.approvals(&f.alice, None, &all()).await.unwrap().items;
    settled.reverse();
    let outcomes: Vec<_> =
        settled.iter().map(|approval| (approval.status, approval.option_id.as_deref())).collect();
    assert_eq!(
        outcomes,
        [
            (ApprovalStatus::Expired, None),
            (ApprovalStatus::Expired, Some("reject")),
            (ApprovalStatus::Cancelled, None),
        ]
    );
    assert!(f.db.unheard_answers(&f.alice, session.id).await.unwrap().is_empty());
}

async fn what_is_settled_does_not_expire(f: Fixture) {
    let (session, approvals) = asked(&f, &["p1", "p2", "p3"]).await;
    let (answer, expire) = (f.act("approval.answer"), f.act("approval.expire"));
    f.append(session.id, &[permission(5, "p1", Some(PermissionOutcome::Cancelled))]).await;
    f.db.answer_approval(&answer, approvals[1].id, "allow").await.unwrap();
    let wrong = f.db.expire_approval(&expire, approvals[2].id, Some("whatever")).await.unwrap_err();
    assert_eq!((wrong.kind, wrong.field), (ErrorKind::Invalid, Some("option_id")));
    f.db.expire_approval(&expire, approvals[2].id, Some("reject")).await.unwrap();
    for approval in &approvals {
        let error = f.db.expire_approval(&expire, approval.id, Some("reject")).await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "approval_settled"));
    }
    let late = f.db.answer_approval(&answer, approvals[2].id, "allow").await.unwrap_err();
    assert_eq!(late.code, "approval_settled", "an answer that comes after is refused");
}
