//! A terminal's end is the end of all that it started.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use switchyard_domain::TerminalId;
use switchyard_domain::terminal::ClosedReason;
use switchyard_runner::process::become_reaper;

use crate::harness::{Ground, eventually, processes_with};

/// Ignores every signal that can be, in a session of its own, without a parent.
fn stubborn(marker: &TerminalId) -> String {
    format!(
        "for n in 1 2 3; do (setsid sh -c \"trap '' TERM HUP INT QUIT; while :; do sleep 0.1; done\" {marker} \
         >/dev/null 2>&1 </dev/null &); done; echo le''ft"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_ends_what_ignores_signals_and_has_left_the_session() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.runs(&stubborn(&id), "left").await;
    let marker = id.to_string();
    eventually("the stubborn ones run", || processes_with(&marker).len() >= 3).await;
    let asked = Instant::now();
    ground.terminals.close(id, ClosedReason::Closed).await;
    assert!(processes_with(&marker).is_empty());
    assert!(asked.elapsed() < Duration::from_secs(2), "took {:?}", asked.elapsed());
    let (_, end) = view.ending().await;
    assert_eq!((end.reason, end.exit_code), (ClosedReason::Closed, None));
    assert!(ground.terminals.list().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_that_exits_takes_its_background_jobs_with_it() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.runs(&stubborn(&id), "left").await;
    view.types("exit\r");
    let (_, end) = view.ending().await;
    assert_eq!(end.reason, ClosedReason::Exited);
    assert!(processes_with(&id.to_string()).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_shell_that_is_closed_goes_at_once() {
    let ground = Ground::new();
    let mut quickest = Duration::MAX;
    // A busy machine may be slow once.
    for _ in 0..5 {
        let id = ground.open().await;
        let asked = Instant::now();
        ground.terminals.close(id, ClosedReason::Idle).await;
        quickest = quickest.min(asked.elapsed());
    }
    assert!(quickest < Duration::from_millis(350), "took {quickest:?}: it was killed in the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_end_is_told_whether_it_was_followed_then_or_later() {
    let ground = Ground::new();
    let early = ground.open().await;
    let view = ground.view(early);
    view.types("exit 3\r");
    eventually("it ended", || ground.terminals.list()[0].end.is_some()).await;
    let mut ends = ground.terminals.ended();
    let (id, end) = ends.next().await.unwrap().unwrap();
    assert_eq!((id, end.exit_code), (early, Some(3)));
    let late = ground.open().await;
    let view = ground.view(late);
    view.types("kill -9 $$\r");
    let (id, end) = ends.next().await.unwrap().unwrap();
    assert_eq!((id, end.exit_code), (late, Some(137)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminals_of_a_discarded_workspace_end_and_others_stay() {
    let mut ground = Ground::new();
    let gone = ground.open().await;
    let discarded = ground.site.id;
    ground.site.id = switchyard_domain::WorkspaceId::new();
    let stays = ground.open().await;
    ground.terminals.close_all_in(discarded).await;
    let end = |id| ground.terminals.list().into_iter().find(|known| known.id == id).unwrap().end;
    assert!(end(gone).is_some() && end(stays).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_terminals_opened_and_closed_leave_no_zombie_and_no_descriptor() {
    // As the runner is: what a supervisor leaves dead behind comes to this process.
    become_reaper().unwrap();
    let ground = Ground::new();
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let before = open();
    for _ in 0..12 {
        let mut ids = Vec::new();
        for _ in 0..8 {
            ids.push(ground.open_bare().await);
        }
        futures_util::future::join_all(
            ids.iter().map(|id| ground.terminals.close(*id, ClosedReason::Closed)),
        )
        .await;
    }
    eventually("no zombie is left", || zombies() == 0).await;
    // Other tests of this process have terminals open at the same time.
    eventually("no descriptor is left", || open() < before + 48).await;
}

/// Dead children of this process that nobody waited for.
fn zombies() -> usize {
    let children = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("children"));
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let children: Vec<String> = threads.filter_map(|thread| children(thread).ok()).collect();
    let dead = |pid: &&str| {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
            stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
        })
    };
    children.iter().flat_map(|children| children.split_ascii_whitespace()).filter(dead).count()
}
