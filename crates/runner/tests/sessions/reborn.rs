//! Tests that need a process of their own: the test program calls itself for one test, with a folder in its environment.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use switchyard_domain::agent::AgentSpec;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::{Error, SessionId};
use switchyard_runner::session::{Sessions, Timing};

use crate::harness::{Bench, error, eventually, listing, options, processes_with, said, scripted, status};

/// Names the folder that a reborn test works in.
const FOLDER: &str = "SWITCHYARD_TEST_FOLDER";

/// The folder, when this process was started for one test alone.
fn reborn_folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Starts this test program for the test of that name, behind the words in `before`.
fn reborn(before: &[&str], test: &str, folder: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = match before.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(["--exact", test, "--nocapture"]).env(FOLDER, folder).stdout(Stdio::null());
    command.spawn().unwrap()
}

#[tokio::test]
async fn a_killed_runner_takes_all_of_its_processes_with_it_and_its_sessions_are_told() {
    if let Some(folder) = reborn_folder() {
        return be_killed(&folder).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "reborn::a_killed_runner_takes_all_of_its_processes_with_it_and_its_sessions_are_told";
    let mut runner = reborn(&[], name, folder.path());
    let told = folder.path().join("sessions");
    eventually("the sessions run", Duration::from_secs(60), || told.exists()).await;
    let ids: Vec<SessionId> =
        std::fs::read_to_string(&told).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    let of_session = |id: &SessionId| processes_with(&id.to_string());
    for id in &ids {
        eventually("the stubborn ones run", Duration::from_secs(20), || of_session(id).len() >= 3).await;
    }
    runner.kill().unwrap();
    runner.wait().unwrap();
    let killed = Instant::now();
    eventually("nothing is left", Duration::from_secs(20), || ids.iter().all(|id| of_session(id).is_empty()))
        .await;
    // The grace period of the reborn one, and a second.
    assert!(killed.elapsed() < Duration::from_millis(1300), "took {:?}", killed.elapsed());
    let sessions = Sessions::open(options(folder.path(), Timing::default())).await.unwrap();
    for id in ids {
        let entries = crate::harness::at_rest(&sessions, id).await;
        error(&entries, "runner_ended");
        assert_eq!(status(&entries), Some(SessionStatus::Failed), "{}", listing(&entries));
    }
}

async fn be_killed(folder: &Path) {
    let bench =
        Bench::within(folder, Timing { kill_grace: Duration::from_millis(300), ..Timing::default() }).await;
    let one = bench.scripted("[[fork-stubborn 3]] [[say up]] [[hang]]").await;
    let stubborn = "setsid sh -c \"trap '' TERM HUP; while :; do sleep 0.1; done\" & (sleep 1000 &) ; echo up; sleep 1000";
    let two = bench.command(stubborn, "x").await;
    for id in [one, two] {
        bench.until(id, |entries| said(entries).contains("up")).await;
    }
    let hidden = folder.join("sessions.new");
    std::fs::write(&hidden, format!("{one}\n{two}\n")).unwrap();
    std::fs::rename(hidden, folder.join("sessions")).unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
}

#[tokio::test]
async fn a_full_disk_stops_the_agent_and_is_told_once_there_is_room_and_nothing_is_lost() {
    if let Some(folder) = reborn_folder() {
        return fill_the_disk(&folder).await;
    }
    // A disk of its own, which needs no rights where a user may make a namespace.
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=3m none \"$SWITCHYARD_TEST_FOLDER\" && exec \"$@\"";
    let name = "reborn::a_full_disk_stops_the_agent_and_is_told_once_there_is_room_and_nothing_is_lost";
    let mut child = reborn(&["unshare", "-rm", "sh", "-c", mount, "sh"], name, folder.path());
    assert!(child.wait().unwrap().success(), "see above");
}

async fn fill_the_disk(folder: &Path) {
    let bench = Bench::within(folder, Timing::default()).await;
    let stuffing = folder.join("stuffing");
    std::fs::write(&stuffing, vec![0; 2 * 1024 * 1024]).unwrap();
    let id = bench.command("seq 1 1000000; sleep 1000", "x").await;
    bench.until(id, |entries| crate::harness::kinds(entries).contains(&"turn_started".to_owned())).await;
    let mine = id.to_string();
    eventually("the agent is stopped", Duration::from_secs(60), || processes_with(&mine).is_empty()).await;
    let refused: Error = bench
        .sessions
        .start(bench.start(AgentSpec::Command { command: "echo hi".into() }, "x"))
        .await
        .unwrap_err();
    assert_eq!(refused.code, "disk_full", "{refused:?}");
    std::fs::remove_file(stuffing).unwrap();
    let entries = bench.all(id).await;
    assert!(error(&entries, "disk_full").contains("Free some space"));
    assert_eq!(status(&entries), Some(SessionStatus::Failed));
    let text = said(&entries);
    let (whole, _) = text.rsplit_once('\n').unwrap();
    let numbers = whole.lines().map(|line| line.parse::<u64>().unwrap());
    assert!(text.len() > 500_000 && numbers.eq(1..=whole.lines().count() as u64), "{} bytes", text.len());
    let again = bench.scripted("[[say there is room]]").await;
    assert_eq!(said(&bench.until_turn_ended(again, 1).await), "there is room");
    bench.sessions.stop(again).await.unwrap();
}

#[tokio::test]
async fn a_message_whose_delivery_was_not_noted_before_a_crash_is_still_taken_once() {
    let bench = Bench::new().await;
    let start = bench.start(scripted(&[]), "[[say once]]");
    let id = bench.begin(start.clone()).await;
    bench.until_turn_ended(id, 1).await;
    bench.sessions.stop(id).await.unwrap();
    let meta = bench.folder.join("state/sessions").join(id.to_string()).join("meta.json");
    let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&meta).unwrap()).unwrap();
    kept["messages"] = serde_json::json!([]);
    std::fs::write(&meta, kept.to_string()).unwrap();
    let sessions = Sessions::open(options(&bench.folder, Timing::default())).await.unwrap();
    sessions.start(start).await.unwrap();
    assert_eq!(said(&crate::harness::at_rest(&sessions, id).await), "once");
}
