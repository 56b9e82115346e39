//! Agents that speak the Agent Client Protocol.

use std::time::Duration;

use switchyard_domain::session::SessionStatus;
use switchyard_domain::transcript::{EntryBody, PermissionOutcome, SystemEntry, SystemEvent, ToolContent};
use switchyard_runner::session::Timing;

use crate::harness::{Bench, kinds, listing, message, permission, said, scripted, status};

#[tokio::test]
async fn a_turn_is_told_in_order_and_ends_with_a_checkpoint() {
    let bench = Bench::new().await;
    let prompt = "[[think hm]] [[plan one|two]] [[say hello there]] [[write a/b.txt|text]] [[shell echo out; exit 2]] \
                  [[usage 10|100|0.5]]";
    let id = bench.scripted(prompt).await;
    let entries = bench.until_turn_ended(id, 1).await;
    let expected = [
        "user_message",
        "started",
        "options",
        "turn_started",
        "thought",
        "plan",
        "agent_message",
        "tool_call",
        "usage",
        "turn_ended",
        "checkpoint",
    ];
    assert_eq!(kinds(&entries), expected);
    assert_eq!(status(&entries), Some(SessionStatus::Idle));
    assert_eq!(said(&entries), "hello there");
    assert_eq!(std::fs::read_to_string(bench.worktree().join("a/b.txt")).unwrap(), "text");
    let tools: Vec<_> = entries
        .iter()
        .filter_map(|body| if let EntryBody::ToolCall(call) = body { Some(call) } else { None })
        .collect();
    let titles: Vec<_> = tools.iter().map(|call| (call.title.as_str(), call.status.as_str())).collect();
    assert_eq!(
        titles,
        [
            ("Write a/b.txt", "in_progress"),
            ("Write a/b.txt", "completed"),
            ("echo out; exit 2", "in_progress"),
            ("echo out; exit 2", "failed"),
        ]
    );
    assert!(
        matches!(tools[1].content.as_deref(), Some([ToolContent::Diff { old_text: None, .. }])),
        "{tools:?}"
    );
    let output = ToolContent::Terminal { output: "out\n".into(), exit_code: Some(2), truncated: false };
    assert_eq!(tools[3].content, Some(vec![output]));
    bench.sessions.stop(id).await.unwrap();
}

#[tokio::test]
async fn a_message_after_the_turn_goes_to_the_same_process_and_one_during_it_is_refused() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[sleep 300]] [[say one]]").await;
    assert_eq!(bench.sessions.send(id, message("[[say no]]")).await.unwrap_err().code, "session_busy");
    bench.until_turn_ended(id, 1).await;
    bench.sessions.send(id, message("[[say two]] [[echo-history]]")).await.unwrap();
    let entries = bench.until_turn_ended(id, 2).await;
    assert_eq!(said(&entries), "onetwo[[sleep 300]] [[say one]]");
    assert_eq!(kinds(&entries).iter().filter(|kind| *kind == "started").count(), 1);
    bench.sessions.stop(id).await.unwrap();
}

#[tokio::test]
async fn a_permission_is_asked_and_the_answer_reaches_the_agent() {
    let bench = Bench::new().await;
    for (option, expected) in [("allow", "went on"), ("reject", "Then I leave it.")] {
        let id = bench.scripted("[[ask Format the disk]] [[say went on]]").await;
        let asked = bench.until_status(id, SessionStatus::WaitingApproval).await;
        let question = permission(&asked);
        let wrong = bench.sessions.answer(id, question.clone(), "maybe".into()).await.unwrap_err();
        assert_eq!(wrong.field, Some("option_id"));
        bench.sessions.answer(id, question.clone(), option.into()).await.unwrap();
        bench.sessions.answer(id, question, option.into()).await.unwrap();
        let entries = bench.until_turn_ended(id, 1).await;
        assert_eq!(said(&entries), expected);
        assert_eq!(entries.iter().filter(|body| body.kind() == "permission").count(), 2);
        bench.sessions.stop(id).await.unwrap();
    }
}

#[tokio::test]
async fn a_tool_call_that_is_asked_about_before_it_is_told_of_gets_its_row_all_the_same() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[ask-first Remove everything]]").await;
    let entries = bench.until_status(id, SessionStatus::WaitingApproval).await;
    let titled =
        |body: &EntryBody| matches!(body, EntryBody::ToolCall(call) if call.title == "Remove everything");
    assert!(entries.iter().any(titled), "{}", listing(&entries));
    bench.sessions.stop(id).await.unwrap();
    let entries = bench.all(id).await;
    let cancelled = |body: &EntryBody| {
        matches!(body, EntryBody::Permission { outcome: Some(PermissionOutcome::Cancelled), .. })
    };
    assert!(entries.iter().any(cancelled), "{}", listing(&entries));
    assert_eq!(status(&entries), Some(SessionStatus::Stopped));
}

#[tokio::test]
async fn stopping_lets_the_agent_end_its_turn_and_then_ends_its_process() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[say begun]] [[hang]]").await;
    bench.until(id, |entries| said(entries) == "begun").await;
    bench.sessions.stop(id).await.unwrap();
    let entries = bench.all(id).await;
    assert_eq!(kinds(&entries).last_chunk::<3>().unwrap(), &["turn_ended", "checkpoint", "stopped"]);
    assert!(crate::harness::processes_with(&id.to_string()).is_empty());
    bench.sessions.stop(id).await.unwrap();
    assert_eq!(bench.all(id).await.len(), entries.len(), "a second stop says nothing more");
}

#[tokio::test]
async fn a_session_that_is_started_again_has_its_memory_back() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[say one]] remember this").await;
    bench.until_turn_ended(id, 1).await;
    bench.sessions.stop(id).await.unwrap();
    let again = bench.again(id, scripted(&[]), "[[echo-history]]").await;
    bench.begin(again).await;
    let entries = bench.until_turn_ended(id, 2).await;
    assert!(said(&entries).ends_with("[[say one]] remember this"), "{}", listing(&entries));
    let resumed = EntryBody::System(SystemEntry {
        text: String::new(),
        event: SystemEvent::Resumed { remembered: true },
    });
    assert!(entries.contains(&resumed), "{}", listing(&entries));
    bench.sessions.stop(id).await.unwrap();
}

#[tokio::test]
async fn an_agent_that_cannot_take_up_a_conversation_is_told_what_was_said() {
    let bench = Bench::new().await;
    let id = bench.begin(bench.start(scripted(&["--no-load"]), "[[say one]]")).await;
    bench.until_turn_ended(id, 1).await;
    bench.sessions.stop(id).await.unwrap();
    let again = bench.again(id, scripted(&["--no-load"]), "no directive").await;
    bench.begin(again).await;
    let entries = bench.until_turn_ended(id, 2).await;
    assert!(said(&entries).contains("Recap: we spoke of something.\n\nno directive"), "{}", said(&entries));
    let resumed = EntryBody::System(SystemEntry {
        text: String::new(),
        event: SystemEvent::Resumed { remembered: false },
    });
    assert!(entries.contains(&resumed), "{}", listing(&entries));
    bench.sessions.stop(id).await.unwrap();
}

#[tokio::test]
async fn an_idle_process_is_ended_without_changing_the_status_and_the_next_message_starts_it_again() {
    let bench = Bench::with(Timing { idle_after: Duration::from_millis(200), ..Timing::default() }).await;
    let id = bench.scripted("[[say one]]").await;
    let entries = bench.all(id).await;
    assert_eq!(kinds(&entries).last().unwrap(), "checkpoint");
    assert_eq!(status(&entries), Some(SessionStatus::Idle));
    assert_eq!(bench.sessions.send(id, message("two")).await.unwrap_err().code, "session_not_live");
    let again = bench.again(id, scripted(&[]), "[[say two]]").await;
    bench.begin(again).await;
    assert_eq!(said(&bench.all(id).await), "onetwo");
}

#[tokio::test]
async fn stopping_a_session_without_a_process_is_told() {
    let bench = Bench::with(Timing { idle_after: Duration::from_millis(50), ..Timing::default() }).await;
    let id = bench.scripted("[[say one]]").await;
    bench.all(id).await;
    bench.sessions.stop(id).await.unwrap();
    assert_eq!(status(&bench.all(id).await), Some(SessionStatus::Stopped));
}

#[tokio::test]
async fn what_can_be_chosen_of_the_agent_is_told_and_can_be_set() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[say one]]").await;
    bench.until_turn_ended(id, 1).await;
    bench.sessions.set_option(id, "mode".into(), "ask".into()).await.unwrap();
    bench.sessions.set_option(id, "model".into(), "large".into()).await.unwrap();
    let wrong = bench.sessions.set_option(id, "model".into(), "huge".into()).await.unwrap_err();
    assert_eq!(wrong.field, Some("option_id"));
    bench.sessions.stop(id).await.unwrap();
    let entries = bench.all(id).await;
    let last = entries.iter().rev().find_map(|body| match body {
        EntryBody::System(SystemEntry { event: SystemEvent::Options { options }, .. }) => {
            Some(options.clone())
        }
        _ => None,
    });
    let current: Vec<_> = last.unwrap().into_iter().map(|option| (option.id, option.current)).collect();
    assert_eq!(current, [("mode".into(), "ask".into()), ("model".into(), "large".into())]);
}

#[tokio::test]
async fn a_silent_agent_is_noticed() {
    let bench = Bench::with(Timing { quiet_after: Duration::from_secs(1), ..Timing::default() }).await;
    let id = bench.scripted("[[sleep 1500]] [[say there]]").await;
    let entries = bench.until_turn_ended(id, 1).await;
    assert!(kinds(&entries).contains(&"quiet".to_owned()), "{}", listing(&entries));
    bench.sessions.stop(id).await.unwrap();
}
