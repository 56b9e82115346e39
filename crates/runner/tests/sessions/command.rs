//! Commands as agents.

use switchyard_domain::session::SessionStatus;
use switchyard_domain::transcript::{EntryBody, SystemEntry, SystemEvent};

use crate::harness::{Bench, error, kinds, message, said, status};

#[tokio::test]
async fn a_command_gets_the_prompt_and_its_output_becomes_the_transcript() {
    let bench = Bench::new().await;
    let command = "cat; echo; echo \"env: $SWITCHYARD_PROMPT\"; echo oops >&2; echo made > made.txt";
    let id = bench.command(command, "do it\nwell").await;
    let entries = bench.all(id).await;
    assert_eq!(
        kinds(&entries),
        ["user_message", "started", "turn_started", "agent_message", "turn_ended", "checkpoint", "exited"]
    );
    let text = said(&entries);
    assert!(text.contains("do it\nwell\nenv: do it\nwell\n"), "{text}");
    let from_stderr = |body: &EntryBody| matches!(body, EntryBody::AgentMessage { item, text } if item == "err-1" && text == "oops\n");
    assert!(entries.iter().any(from_stderr), "{entries:?}");
    assert_eq!(status(&entries), Some(SessionStatus::Completed));
    assert_eq!(std::fs::read_to_string(bench.worktree().join("made.txt")).unwrap(), "made\n");
}

#[tokio::test]
async fn a_command_that_fails_leaves_the_session_failed_with_its_exit_code() {
    let bench = Bench::new().await;
    let id = bench.command("echo no; exit 3", "x").await;
    let entries = bench.all(id).await;
    assert_eq!(status(&entries), Some(SessionStatus::Failed));
    let Some(EntryBody::System(SystemEntry { event, text })) = entries.last() else { panic!() };
    assert_eq!(*event, SystemEvent::Exited { code: Some(3), signal: None });
    assert!(text.contains("exit code 3"), "{text}");
}

#[tokio::test]
async fn each_further_message_runs_the_command_again() {
    let bench = Bench::new().await;
    let start = bench.start(switchyard_domain::agent::AgentSpec::Command { command: "cat".into() }, "one");
    let agent = start.agent.clone();
    let id = bench.begin(start).await;
    bench.all(id).await;
    assert_eq!(bench.sessions.send(id, message("two")).await.unwrap_err().code, "session_not_live");
    let again = bench.again(id, agent, "two").await;
    bench.begin(again).await;
    let entries = bench.all(id).await;
    assert_eq!(said(&entries), "onetwo");
    assert_eq!(entries.iter().filter(|body| body.kind() == "user_message").count(), 2);
}

#[tokio::test]
async fn a_message_that_is_delivered_twice_is_taken_once() {
    let bench = Bench::new().await;
    let start = bench.start(switchyard_domain::agent::AgentSpec::Command { command: "cat".into() }, "once");
    bench.begin(start.clone()).await;
    bench.sessions.start(start.clone()).await.unwrap();
    assert_eq!(said(&bench.all(start.id).await), "once");
    bench.sessions.start(start.clone()).await.unwrap();
    assert_eq!(said(&bench.all(start.id).await), "once");
}

#[tokio::test]
async fn a_prompt_too_long_for_the_environment_still_comes_on_standard_input() {
    let bench = Bench::new().await;
    let id = bench.command("wc -c; echo \"[$SWITCHYARD_PROMPT]\"", &"p".repeat(900_000)).await;
    assert_eq!(said(&bench.all(id).await), "900000\n[]\n");
}

#[tokio::test]
async fn what_is_no_utf8_is_replaced_and_colours_are_kept() {
    let bench = Bench::new().await;
    let id = bench.command(r"printf 'a\377b \033[31mred\033[0m\n'", "x").await;
    assert_eq!(said(&bench.all(id).await), "a\u{FFFD}b \u{1B}[31mred\u{1B}[0m\n");
}

#[tokio::test]
async fn the_set_up_script_runs_once_per_workspace_and_its_output_is_told() {
    let bench = Bench::new().await;
    let run = async |prompt: &str| {
        let mut start =
            bench.start(switchyard_domain::agent::AgentSpec::Command { command: "cat runs".into() }, prompt);
        start.setup_script = Some("echo setting up; echo run >> runs".into());
        let id = bench.begin(start).await;
        bench.all(id).await
    };
    let first = run("one").await;
    let expected = [
        "user_message",
        "script",
        "started",
        "turn_started",
        "agent_message",
        "turn_ended",
        "checkpoint",
        "exited",
    ];
    assert_eq!(kinds(&first), expected);
    assert_eq!(said(&run("two").await), "run\n");
}

#[tokio::test]
async fn a_set_up_script_that_fails_keeps_the_agent_from_starting_and_runs_again_next_time() {
    let bench = Bench::new().await;
    for _ in 0..2 {
        let mut start =
            bench.start(switchyard_domain::agent::AgentSpec::Command { command: "echo ran".into() }, "x");
        start.setup_script = Some("echo broken >&2; exit 4".into());
        let id = bench.begin(start).await;
        let entries = bench.all(id).await;
        assert_eq!(kinds(&entries), ["user_message", "script", "error", "exited"]);
        assert!(error(&entries, "setup_failed").contains("exit code 4"));
        assert_eq!(status(&entries), Some(SessionStatus::Failed));
    }
}

#[tokio::test]
async fn the_agents_environment_holds_nothing_that_was_not_given() {
    let bench = Bench::new().await;
    let mut start = bench.start(switchyard_domain::agent::AgentSpec::Command { command: "env".into() }, "x");
    start.environment = vec![("GIVEN".into(), "yes".into())];
    let id = bench.begin(start).await;
    let text = said(&bench.all(id).await);
    let names: Vec<&str> =
        text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert!(names.contains(&"GIVEN") && names.contains(&"HOME") && names.contains(&"PATH"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("CARGO") || name.starts_with("RUST")), "{names:?}");
}
