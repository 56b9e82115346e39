//! Transcripts: stored once, in order, with what they change.

use switchyard_domain::ErrorKind;
use switchyard_domain::event::{Entity, Verb};
use switchyard_domain::message::MessageStatus;
use switchyard_domain::session::{AgentChoice, AgentOption, SessionStatus};
use switchyard_domain::store::*;
use switchyard_domain::task::TaskStatus;
use switchyard_domain::transcript::{
    Entry, EntryBody, Location, PlanItem, SystemEvent, ToolCall, ToolContent, Usage,
};

use crate::fixture::{Fixture, entry, said, system};

crate::scenarios! {
    every_kind_of_entry_is_read_back_as_it_was_written,
    thousands_of_entries_are_stored_at_once_and_read_from_any_point,
    a_batch_sent_again_is_passed_over,
    a_gap_is_refused_and_nothing_is_stored,
    a_batch_that_changes_its_session_is_one_event,
    an_agents_chatter_stays_out_of_the_feed,
    a_session_follows_its_transcript,
    a_task_follows_the_turns_of_its_agent,
    a_delivered_message_leaves_the_queue,
    a_command_that_ends_says_how,
}

fn one_of_each() -> Vec<Entry> {
    let tool = ToolCall {
        tool_call_id: "t1".to_owned(),
        title: "Edit\0 file".to_owned(),
        tool_kind: "edit".to_owned(),
        status: "completed".to_owned(),
        content: Some(vec![
            ToolContent::Text { text: "nul \0 and \u{1F600}".to_owned() },
            ToolContent::Diff { path: "a".to_owned(), old_text: None, new_text: "b".to_owned() },
            ToolContent::Terminal { output: "\u{1b}[0m".to_owned(), exit_code: Some(-1), truncated: true },
        ]),
        locations: Some(vec![Location { path: "a".to_owned(), line: Some(3) }]),
        input: Some("{\"a\":\"\\u0000\"}".to_owned()),
        output: None,
    };
    let option = AgentOption {
        id: "model".to_owned(),
        name: "Model".to_owned(),
        current: "x".to_owned(),
        choices: vec![AgentChoice { id: "x".to_owned(), name: "X".to_owned() }],
    };
    let plan =
        PlanItem { content: "do".to_owned(), priority: "high".to_owned(), status: "pending".to_owned() };
    vec![
        entry(1, EntryBody::UserMessage { message_id: None, text: "hi".to_owned() }),
        said(2, "a \0 b"),
        entry(3, EntryBody::Thought { item: "2".to_owned(), text: "hm".to_owned() }),
        entry(4, EntryBody::Plan { items: vec![plan] }),
        entry(5, EntryBody::ToolCall(tool)),
        entry(6, EntryBody::Usage(Usage { used: Some(1), size: None, cost: Some(0.25), currency: None })),
        entry(7, EntryBody::Error { code: "x".to_owned(), text: "y".to_owned() }),
        system(8, SystemEvent::Options { options: vec![option] }),
        system(9, SystemEvent::Exited { code: None, signal: Some(9) }),
        system(10, SystemEvent::Quiet { seconds: 60 }),
    ]
}

async fn every_kind_of_entry_is_read_back_as_it_was_written(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let entries = one_of_each();
    f.append(session.id, &entries).await;
    assert_eq!(f.db.entries(&f.alice, session.id, EntryRange::After(0), 100).await.unwrap(), entries);
}

async fn thousands_of_entries_are_stored_at_once_and_read_from_any_point(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let entries: Vec<Entry> = (1..=3000).map(|seq| said(seq, &format!("piece {seq}"))).collect();
    let after = f.append(session.id, &entries[..2999]).await;
    assert_eq!(after.last_seq, 2999);
    f.append(session.id, &entries[2999..]).await;
    let read = async |range, limit| f.db.entries(&f.alice, session.id, range, limit).await.unwrap();
    assert_eq!(read(EntryRange::After(0), 5000).await, entries);
    assert_eq!(read(EntryRange::After(2998), 10).await, entries[2998..]);
    assert_eq!(read(EntryRange::After(10), 3).await, entries[10..13]);
    assert_eq!(read(EntryRange::Before(None), 4).await, entries[2996..]);
    assert_eq!(read(EntryRange::Before(Some(2997)), 4).await, entries[2992..2996]);
    assert_eq!(read(EntryRange::Before(Some(3)), 100).await, entries[..2]);
    assert!(read(EntryRange::After(3000), 10).await.is_empty());
}

async fn a_batch_sent_again_is_passed_over(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let entries = one_of_each();
    let first = f.append(session.id, &entries[..6]).await;
    let head = f.head().await;
    assert_eq!(f.append(session.id, &entries[..6]).await, first);
    assert_eq!(f.append(session.id, &entries[2..4]).await, first);
    assert_eq!(f.append(session.id, &[]).await, first);
    assert_eq!(f.head().await, head);
    let all = f.append(session.id, &entries[3..]).await;
    assert_eq!(all.last_seq, 10);
    assert_eq!(f.db.entries(&f.alice, session.id, EntryRange::After(0), 100).await.unwrap(), entries);
}

async fn a_gap_is_refused_and_nothing_is_stored(f: Fixture) {
    let (session, _) = f.whole_session().await;
    f.append(session.id, &[said(1, "a")]).await;
    for batch in [vec![said(3, "c")], vec![said(2, "b"), said(4, "d")], vec![said(2, "b"), said(2, "b")]] {
        let error = f.db.append_entries(&f.act("session.append"), session.id, &batch).await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Conflict, "transcript_gap"));
    }
    assert_eq!(f.db.session(&f.alice, session.id).await.unwrap().last_seq, 1);
    assert_eq!(f.db.entries(&f.alice, session.id, EntryRange::After(0), 9).await.unwrap(), [said(1, "a")]);
}

async fn an_agents_chatter_stays_out_of_the_feed(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let head = f.head().await;
    let entries: Vec<Entry> = (1..=500).map(|seq| said(seq, "x")).collect();
    let after = f.append(session.id, &entries).await;
    assert_eq!((after.last_seq, after.version), (500, session.version));
    assert_eq!(f.db.session(&f.alice, session.id).await.unwrap(), after);
    assert_eq!(f.head().await, head);
}

async fn a_batch_that_changes_its_session_is_one_event(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let head = f.head().await;
    let mut entries: Vec<Entry> = (1..=500).map(|seq| said(seq, "x")).collect();
    entries.push(system(501, SystemEvent::Stopped));
    let after = f.append(session.id, &entries).await;
    let events = f.events_after(head).await;
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!((event.entity, event.verb, event.id), (Entity::Session, Verb::Updated, session.id.0));
    assert_eq!((event.version, event.project_id), (after.version, Some(session.project_id)));
}

async fn a_session_follows_its_transcript(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let own = Some("conversation-7".to_owned());
    let usage = Usage { used: Some(10), size: Some(100), cost: Some(0.5), currency: Some("USD".to_owned()) };
    let option = AgentOption {
        id: "m".to_owned(),
        name: "Mode".to_owned(),
        current: "ask".to_owned(),
        choices: Vec::new(),
    };
    let running = f
        .append(
            session.id,
            &[
                system(1, SystemEvent::Started { agent_session_id: own.clone() }),
                system(2, SystemEvent::Options { options: vec![option.clone()] }),
                system(3, SystemEvent::TurnStarted),
                entry(4, EntryBody::Usage(usage.clone())),
            ],
        )
        .await;
    assert_eq!((running.status, running.last_seq), (SessionStatus::Running, 4));
    assert_eq!((running.usage.clone(), running.modes.clone()), (Some(usage.clone()), vec![option.clone()]));
    assert_eq!(f.db.agent_session_id(&f.alice, session.id).await.unwrap(), own);

    let idle = f
        .append(session.id, &[system(5, SystemEvent::TurnEnded { stop_reason: "end_turn".to_owned() })])
        .await;
    assert_eq!((idle.status, idle.status_detail.as_deref()), (SessionStatus::Idle, Some("end_turn")));
    let talking = f.append(session.id, &[said(6, "by the way")]).await;
    assert_eq!((talking.status, talking.status_detail.as_deref()), (SessionStatus::Idle, Some("end_turn")));
    let again = f.append(session.id, &[system(7, SystemEvent::TurnStarted)]).await;
    assert_eq!((again.status, again.status_detail), (SessionStatus::Running, None));
    assert_eq!((again.usage, again.modes), (Some(usage), vec![option]));
    let stopped = f.append(session.id, &[system(8, SystemEvent::Stopped)]).await;
    assert_eq!(stopped.status, SessionStatus::Stopped);
    assert_eq!(f.db.session(&f.alice, session.id).await.unwrap(), stopped);
}

async fn a_task_follows_the_turns_of_its_agent(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let ended = |seq| system(seq, SystemEvent::TurnEnded { stop_reason: "end_turn".to_owned() });
    let task = async || f.db.task(&f.alice, session.task_id).await.unwrap();
    let before = task().await;
    assert_eq!(before.status, TaskStatus::InProgress);
    f.append(session.id, &[system(1, SystemEvent::TurnStarted), said(2, "done"), ended(3)]).await;
    let after = task().await;
    assert_eq!((after.status, after.version), (TaskStatus::InReview, before.version + 1));
    assert_eq!(after.latest_session.unwrap().status, SessionStatus::Idle);
    f.append(session.id, &[system(4, SystemEvent::TurnStarted)]).await;
    assert_eq!(task().await.status, TaskStatus::InProgress, "the agent was talked to again");
    f.append(session.id, &[ended(5)]).await;
    let after = task().await;

    let patch = switchyard_domain::task::TaskPatch { status: Some(TaskStatus::Done), ..Default::default() };
    f.db.update_task(&f.act("task.update"), session.task_id, after.version, &patch).await.unwrap();
    f.append(session.id, &[system(6, SystemEvent::TurnStarted), ended(7)]).await;
    assert_eq!(task().await.status, TaskStatus::Done, "what a person put away stays there");
}

async fn a_delivered_message_leaves_the_queue(f: Fixture) {
    let (session, message) = f.whole_session().await;
    let (other, others) = f.whole_session().await;
    let spoke = |id| entry(1, EntryBody::UserMessage { message_id: Some(id), text: "Fix it".to_owned() });
    f.append(session.id, &[spoke(message.id)]).await;
    assert!(f.db.queued_messages(&f.alice, session.id).await.unwrap().is_empty());
    assert_eq!(f.db.message(&f.alice, message.id).await.unwrap().status, MessageStatus::Delivered);
    f.append(other.id, &[spoke(message.id)]).await;
    assert_eq!(f.db.queued_messages(&f.alice, other.id).await.unwrap(), [others]);
}

async fn a_command_that_ends_says_how(f: Fixture) {
    let (session, _) = f.whole_session().await;
    let exit = |seq, code| {
        let turn = SystemEvent::TurnEnded { stop_reason: "exit".to_owned() };
        [system(seq, turn), system(seq + 1, SystemEvent::Exited { code: Some(code), signal: None })]
    };
    let well = f.append(session.id, &exit(1, 0)).await;
    assert_eq!((well.status, well.status_detail), (SessionStatus::Completed, None));
    assert_eq!(f.db.task(&f.alice, session.task_id).await.unwrap().status, TaskStatus::InReview);
    let badly = f.append(session.id, &exit(3, 1)).await;
    assert_eq!(badly.status, SessionStatus::Failed);
}
