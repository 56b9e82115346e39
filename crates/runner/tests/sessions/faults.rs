//! Agents that misbehave, and things that are missing.

use std::time::Duration;

use switchyard_domain::agent::AgentSpec;
use switchyard_domain::session::SessionStatus;
use switchyard_runner::session::Timing;

use crate::harness::{Bench, error, kinds, listing, message, said, scripted, status};

#[tokio::test]
async fn an_agent_that_is_not_installed_is_refused_with_what_to_do() {
    let bench = Bench::new().await;
    for spec in
        [AgentSpec::Known { id: "amp".into() }, AgentSpec::Acp { command: vec!["/no/such/agent".into()] }]
    {
        let error = bench.sessions.start(bench.start(spec, "x")).await.unwrap_err();
        assert_eq!((error.code, error.field), ("agent_not_installed", Some("agent")), "{error}");
    }
    assert!(bench.sessions.list().unwrap().is_empty());
}

#[tokio::test]
async fn a_program_that_cannot_be_run_is_told_in_the_transcript() {
    let bench = Bench::new().await;
    let program = bench.worktree().join("agent");
    std::fs::write(&program, "#!/no/such/interpreter\n").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let id = bench.begin(bench.start(AgentSpec::Acp { command: vec!["./agent".into()] }, "x")).await;
    let entries = bench.all(id).await;
    assert!(error(&entries, "agent_start_failed").contains("No such file"), "{}", listing(&entries));
    assert_eq!(status(&entries), Some(SessionStatus::Failed));
}

#[tokio::test]
async fn a_workspace_that_was_removed_by_hand_is_refused_with_what_to_do() {
    let bench = Bench::new().await;
    std::fs::remove_dir_all(bench.worktree()).unwrap();
    let error = bench.sessions.start(bench.start(scripted(&[]), "x")).await.unwrap_err();
    assert_eq!(error.code, "workspace_missing");
}

#[tokio::test]
async fn garbage_is_told_and_the_turn_goes_on() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[garbage]] [[say still here]]").await;
    let entries = bench.until_turn_ended(id, 1).await;
    assert_eq!(said(&entries), "still here");
    assert!(error(&entries, "agent_garbage").contains("this is no message"));
    bench.sessions.stop(id).await.unwrap();
}

#[tokio::test]
async fn endless_garbage_is_told_only_so_often() {
    let bench = Bench::new().await;
    let spec =
        AgentSpec::Acp { command: vec!["sh".into(), "-c".into(), "yes garbage | head -n 100000".into()] };
    let id = bench.begin(bench.start(spec, "x")).await;
    let entries = bench.all(id).await;
    assert!(entries.len() < 40, "{} entries", entries.len());
    assert_eq!(status(&entries), Some(SessionStatus::Failed));
}

#[tokio::test]
async fn an_agent_that_hangs_at_its_first_call_is_given_up() {
    let bench = Bench::with(Timing { handshake: Duration::from_millis(500), ..Timing::default() }).await;
    let id = bench.begin(bench.start(scripted(&["--hang-at-initialize"]), "x")).await;
    let entries = bench.all(id).await;
    assert!(error(&entries, "agent_unresponsive").contains("initialize"), "{}", listing(&entries));
    assert_eq!(kinds(&entries), ["user_message", "error", "exited"]);
    assert_eq!(status(&entries), Some(SessionStatus::Failed));
}

#[tokio::test]
async fn an_agent_that_dies_is_told_with_its_last_words_and_its_files_are_saved() {
    for code in [0, 7] {
        let bench = Bench::new().await;
        let id = bench.scripted(&format!("[[write made|x]] [[die {code}]]")).await;
        let entries = bench.all(id).await;
        let text = error(&entries, "agent_died");
        assert!(text.contains("in the middle of its turn") && text.contains("dies as it was told"), "{text}");
        assert_eq!(status(&entries), Some(SessionStatus::Failed), "{}", listing(&entries));
        assert_eq!(kinds(&entries).last_chunk::<3>().unwrap(), &["turn_ended", "checkpoint", "exited"]);
    }
}

#[tokio::test]
async fn a_session_whose_agent_died_goes_on_with_the_next_message() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[die 1]]").await;
    bench.all(id).await;
    let again = bench.again(id, scripted(&[]), "[[say back]]").await;
    bench.begin(again).await;
    assert_eq!(said(&bench.until_turn_ended(id, 2).await), "back");
    bench.sessions.stop(id).await.unwrap();
}

#[tokio::test]
async fn an_agent_that_is_not_logged_in_says_so() {
    let bench = Bench::new().await;
    for id in [
        bench.begin(bench.start(scripted(&["--login-required"]), "x")).await,
        bench.scripted("[[login]]").await,
    ] {
        let entries = bench.all(id).await;
        assert!(error(&entries, "agent_login_required").contains("terminal"), "{}", listing(&entries));
        assert_eq!(status(&entries), Some(SessionStatus::Failed));
    }
}

#[tokio::test]
async fn a_prompt_that_the_agent_fails_ends_the_turn_and_the_next_one_works() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[fail the model is overloaded]]").await;
    let entries = bench.until_turn_ended(id, 1).await;
    assert!(error(&entries, "agent_error").contains("the model is overloaded"));
    assert_eq!(status(&entries), Some(SessionStatus::Idle));
    bench.sessions.send(id, message("[[say better]]")).await.unwrap();
    assert_eq!(said(&bench.until_turn_ended(id, 2).await), "better");
    bench.sessions.stop(id).await.unwrap();
}

#[tokio::test]
async fn an_agent_that_ignores_both_cancelling_and_the_end_of_its_input_is_stopped_all_the_same() {
    let bench = Bench::with(Timing {
        cancel_grace: Duration::from_millis(200),
        kill_grace: Duration::from_millis(200),
        ..Timing::default()
    })
    .await;
    let id = bench.begin(bench.start(scripted(&["--exit-on-eof=no"]), "[[say begun]] [[deaf]]")).await;
    bench.until(id, |entries| said(entries) == "begun").await;
    bench.sessions.stop(id).await.unwrap();
    assert_eq!(status(&bench.all(id).await), Some(SessionStatus::Stopped));
    assert!(crate::harness::processes_with(&id.to_string()).is_empty());
}

#[tokio::test]
async fn a_flood_is_recorded_whole_in_pieces_of_bounded_size() {
    let bench = Bench::new().await;
    let id = bench.command("seq 1 1000000", "x").await;
    let entries = bench.all(id).await;
    let text = said(&entries);
    assert!(text.starts_with("1\n2\n") && text.ends_with("999999\n1000000\n"), "{} bytes", text.len());
    assert_eq!(text.lines().count(), 1_000_000);
    assert!(entries.len() < 2000, "{} entries", entries.len());
    let pieces = entries.iter().filter_map(|body| match body {
        switchyard_domain::transcript::EntryBody::AgentMessage { text, .. } => Some(text),
        _ => None,
    });
    for piece in pieces {
        assert!(piece.len() <= 16 * 1024 && piece.ends_with('\n'), "{} bytes", piece.len());
    }
}
