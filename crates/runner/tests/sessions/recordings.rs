//! What real agents said, told as they would be. Each recording was made with the agent's own program and a scripted
//! model; the tests with the programs themselves are in the integration package.

use switchyard_domain::agent::AgentSpec;
use switchyard_domain::runner::{Resume, SessionStart};
use switchyard_domain::session::SessionStatus;
use switchyard_domain::transcript::{EntryBody, SystemEntry, SystemEvent, ToolCall, ToolContent};

use crate::harness::{Bench, listing, permission, said, status};

fn recorded(name: &str) -> AgentSpec {
    let program = switchyard_testkit::program::recorded_agent();
    let recording = format!("{}/tests/sessions/recordings/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    AgentSpec::Acp { command: vec![program.to_str().unwrap().to_owned(), recording] }
}

/// A session that an earlier process had.
fn taken_up(bench: &Bench, name: &str) -> SessionStart {
    let resume = Resume {
        last_seq: 0,
        last_turn: 1,
        agent_session_id: Some("id-1".into()),
        recap: "Recap: we spoke of a fig.".into(),
    };
    SessionStart { resume: Some(resume), ..bench.start(recorded(name), "What was the word?") }
}

fn calls(entries: &[EntryBody]) -> Vec<&ToolCall> {
    entries
        .iter()
        .filter_map(|body| if let EntryBody::ToolCall(call) = body { Some(call) } else { None })
        .collect()
}

/// How the last turn ended.
fn ended(entries: &[EntryBody]) -> &str {
    let ends = entries.iter().rev().find_map(|body| match body {
        EntryBody::System(SystemEntry { event: SystemEvent::TurnEnded { stop_reason }, .. }) => {
            Some(stop_reason)
        }
        _ => None,
    });
    ends.unwrap_or_else(|| panic!("no turn ended:\n{}", listing(entries)))
}

#[tokio::test]
async fn claude_shows_its_diff_its_command_s_output_and_its_cost() {
    let bench = Bench::new().await;
    let id = bench.begin(bench.start(recorded("claude-works"), "Write it")).await;
    let entries = bench.until_status(id, SessionStatus::WaitingApproval).await;
    bench.sessions.answer(id, permission(&entries), "allow".into()).await.unwrap();
    let entries = bench.until_turn_ended(id, 1).await;
    assert_eq!(said(&entries), "On it.Done.");
    let contents: Vec<_> = calls(&entries).iter().filter_map(|call| call.content.clone()).flatten().collect();
    let diff =
        ToolContent::Diff { path: "/worktree/d.txt".into(), old_text: None, new_text: "good morning".into() };
    assert!(contents.contains(&diff), "{contents:#?}");
    let printed = contents.iter().any(
        |part| matches!(part, ToolContent::Terminal { output, exit_code: Some(0), .. } if output == "it is written"),
    );
    assert!(printed, "{contents:#?}");
    let cost =
        entries.iter().any(|body| matches!(body, EntryBody::Usage(usage) if usage.cost == Some(0.025)));
    assert!(cost, "{}", listing(&entries));
}

#[tokio::test]
async fn what_codex_says_of_a_refusal_by_its_provider_is_an_error_and_the_next_turn_is_none() {
    let bench = Bench::new().await;
    let id = bench.begin(bench.start(recorded("codex-is-refused-by-its-provider"), "Fail")).await;
    let entries = bench.until_turn_ended(id, 1).await;
    let expected = "The agent could not go on: The script says to fail with status 400.";
    let told = entries.iter().any(
        |body| matches!(body, EntryBody::Error { code, text } if code == "agent_error" && text == expected),
    );
    assert!(told, "{}", listing(&entries));
    assert_eq!((&*said(&entries), ended(&entries)), ("", "error"));
    bench.sessions.send(id, crate::harness::message("Work")).await.unwrap();
    let entries = bench.until_turn_ended(id, 2).await;
    assert_eq!((&*said(&entries), ended(&entries)), ("Done.", "end_turn"));
    assert!(calls(&entries).iter().any(|call| call.title == "echo it is written"));
}

#[tokio::test]
async fn a_call_of_gemini_s_that_was_refused_does_not_stay_pending() {
    let bench = Bench::new().await;
    let id = bench.begin(bench.start(recorded("gemini-is-refused"), "Write it")).await;
    let entries = bench.until_status(id, SessionStatus::WaitingApproval).await;
    bench.sessions.answer(id, permission(&entries), "cancel".into()).await.unwrap();
    let entries = bench.until_turn_ended(id, 1).await;
    let states: Vec<_> = calls(&entries).iter().map(|call| call.status.as_str()).collect();
    assert_eq!(states, ["pending", "failed"]);
    assert_eq!(status(&entries), Some(SessionStatus::Idle));
}

#[tokio::test]
async fn the_conversation_that_gemini_tells_after_its_answer_is_not_told_again() {
    let bench = Bench::new().await;
    let id = bench.begin(taken_up(&bench, "gemini-answers-before-it-has-told-all")).await;
    let entries = bench.until_turn_ended(id, 1).await;
    assert_eq!(said(&entries), "I remember:say The word is fig.", "{}", listing(&entries));
}

#[tokio::test]
async fn qwen_which_offers_to_resume_and_cannot_is_asked_to_load() {
    let bench = Bench::new().await;
    let id = bench.begin(taken_up(&bench, "qwen-does-not-know-resume")).await;
    let entries = bench.until_turn_ended(id, 1).await;
    let remembered = entries.iter().any(|body| {
        matches!(
            body,
            EntryBody::System(SystemEntry { event: SystemEvent::Resumed { remembered: true }, .. })
        )
    });
    assert!(remembered, "{}", listing(&entries));
    assert!(said(&entries).starts_with("I remember:say The word is fig."), "{}", listing(&entries));
}
