//! Nothing that an agent starts outlives it.

use std::path::Path;
use std::time::{Duration, Instant};

use switchyard_domain::agent::AgentSpec;
use switchyard_runner::process::{Launch, Launcher};
use switchyard_runner::session::Timing;

use crate::harness::{Bench, eventually, processes_with, said};

const GRACE: Duration = Duration::from_millis(500);

async fn bench() -> Bench {
    Bench::with(Timing { kill_grace: GRACE, cancel_grace: Duration::from_millis(500), ..Timing::default() })
        .await
}

/// Ignores every signal that can be, in a session of its own, without a parent; three of them.
const STUBBORN: &str = "for n in 1 2 3; do (setsid sh -c \"trap '' TERM HUP INT QUIT; while :; do sleep 0.1; done\" \
                        >/dev/null 2>&1 </dev/null &) ; done; echo left;";

#[tokio::test]
async fn a_stopped_agent_takes_children_with_it_that_ignore_signals_and_have_left_its_session() {
    let bench = bench().await;
    let id = bench.scripted("[[fork-stubborn 5]] [[hang]]").await;
    bench.until(id, |entries| said(entries).contains("left behind")).await;
    let mine = id.to_string();
    eventually("the stubborn ones run", Duration::from_secs(20), || processes_with(&mine).len() >= 6).await;
    let asked = Instant::now();
    bench.sessions.stop(id).await.unwrap();
    assert!(processes_with(&mine).is_empty());
    let limit = GRACE + Duration::from_millis(500) + Duration::from_secs(1);
    assert!(asked.elapsed() <= limit, "took {:?}", asked.elapsed());
}

#[tokio::test]
async fn a_command_that_ends_takes_its_background_children_with_it() {
    let bench = bench().await;
    let id = bench.command(STUBBORN, "x").await;
    let entries = bench.all(id).await;
    assert_eq!(said(&entries), "left\n");
    assert!(processes_with(&id.to_string()).is_empty());
}

#[tokio::test]
async fn a_killed_supervisor_leaves_nothing_behind_either() {
    switchyard_runner::process::become_reaper().unwrap();
    let bench = bench().await;
    let id =
        bench.begin(bench.start(AgentSpec::Command { command: format!("{STUBBORN} sleep 1000") }, "x")).await;
    bench.until(id, |entries| said(entries) == "left\n").await;
    let mine = id.to_string();
    eventually("the stubborn ones run", Duration::from_secs(20), || processes_with(&mine).len() >= 5).await;
    let parent = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<i32>().ok())
    };
    let is_supervisor = |pid: &i32| {
        std::fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains("supervise"))
    };
    let supervisor = processes_with(&mine).into_iter().filter_map(parent).find(is_supervisor).unwrap();
    let pid = rustix::process::Pid::from_raw(supervisor).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    eventually("all are gone", Duration::from_secs(5), || processes_with(&mine).is_empty()).await;
    let entries = bench.all(id).await;
    assert_eq!(crate::harness::status(&entries), Some(switchyard_domain::session::SessionStatus::Failed));
}

#[tokio::test]
async fn a_tree_whose_runner_is_gone_gets_little_grace() {
    let launcher = Launcher::new(env!("CARGO_BIN_EXE_switchyard-runner").into());
    let marker = uuid::Uuid::new_v4().to_string();
    let launch = Launch {
        program: Path::new("/bin/sh"),
        arguments: vec!["-c".to_owned(), "trap '' TERM; echo deaf; while :; do sleep 0.1; done".to_owned()],
        folder: Path::new("/"),
        environment: vec![("MARKER".to_owned(), marker.clone())],
        grace: Duration::from_secs(600),
    };
    let mut tree = launcher.launch(launch).await.unwrap();
    let mut stdout = tree.stdout.take().unwrap();
    let mut deaf = [0; 5];
    tokio::io::AsyncReadExt::read_exact(&mut stdout, &mut deaf).await.unwrap();
    assert!(!processes_with(&marker).is_empty());
    // Closes the runner's end of the control socket, as its death does.
    drop(tree);
    eventually("it is gone", Duration::from_secs(20), || processes_with(&marker).is_empty()).await;
}
