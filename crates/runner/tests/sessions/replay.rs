//! Journals: replayed from any point, then live; taken up after the runner died.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use switchyard_domain::SessionId;
use switchyard_domain::session::SessionStatus;
use switchyard_domain::transcript::{EntryBody, SystemEntry, SystemEvent};
use switchyard_runner::session::{Sessions, Timing};

use crate::harness::{Bench, PATIENCE, at_rest, error, message, options, said, scripted, status};

async fn numbers(sessions: &Sessions, id: SessionId, after: i64) -> Vec<i64> {
    let stream = sessions.follow(id, after).unwrap();
    let lines = stream.flat_map(|lines| futures_util::stream::iter(lines.unwrap()));
    tokio::time::timeout(PATIENCE, lines.map(|line| line.seq).collect()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_join_at_any_point_of_a_live_session_miss_and_double_nothing() {
    let bench = Bench::with(Timing { idle_after: Duration::from_millis(100), ..Timing::default() }).await;
    let id = bench.scripted("[[flood-tools 3000]] [[sleep 50]] [[flood-tools 3000]]").await;
    let mut readers = Vec::new();
    for n in 0..30 {
        let (sessions, after) = (bench.sessions.clone(), n * 100);
        readers.push(tokio::spawn(async move { (after, numbers(&sessions, id, after).await) }));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let total = numbers(&bench.sessions, id, 0).await.len() as i64;
    assert!(total > 6000);
    for reader in readers {
        let (after, seen) = reader.await.unwrap();
        assert!(seen.iter().copied().eq(after + 1..=total), "after {after}: {} entries", seen.len());
    }
    assert!(numbers(&bench.sessions, id, total).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_updates_goes_through_and_its_rate_is_told() {
    let bench = Bench::new().await;
    for (directive, kind) in [("flood-tools", "tool_call"), ("flood", "agent_message")] {
        let started = Instant::now();
        let id = bench.scripted(&format!("[[{directive} 20000]]")).await;
        let entries = bench.until_turn_ended(id, 1).await;
        let rate = 20_000.0 / started.elapsed().as_secs_f64();
        let written = entries.iter().filter(|body| body.kind() == kind).count();
        eprintln!("{directive}: {rate:.0} updates/s from the agent's output to a reader ({written} entries)");
        if kind == "tool_call" {
            assert_eq!(written, 20_000);
        } else {
            assert!(said(&entries).ends_with("piece 19999 of the flood\n"));
        }
        bench.sessions.stop(id).await.unwrap();
    }
}

#[tokio::test]
async fn sessions_that_were_at_work_when_the_runner_died_are_told_failed_and_idle_ones_are_not() {
    let bench = Bench::new().await;
    let idle = bench.scripted("[[say one]]").await;
    bench.until_turn_ended(idle, 1).await;
    let busy = bench.scripted("[[ask Go on]]").await;
    bench.until_status(busy, SessionStatus::WaitingApproval).await;
    // What a runner that is killed leaves is what stands in its folder at that moment.
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&bench.folder.join("state"), &copy.path().join("state"));
    let torn = copy.path().join("state/sessions").join(busy.to_string()).join("journal.jsonl");
    std::io::Write::write_all(
        &mut std::fs::File::options().append(true).open(&torn).unwrap(),
        b"{\"seq\":99,\"t",
    )
    .unwrap();
    let sessions = Sessions::open(options(copy.path(), Timing::default())).await.unwrap();

    let entries = at_rest(&sessions, busy).await;
    assert_eq!(status(&entries), Some(SessionStatus::Failed));
    error(&entries, "runner_ended");
    let Some(EntryBody::System(SystemEntry { event, .. })) = entries.last() else { panic!() };
    assert_eq!(*event, SystemEvent::Exited { code: None, signal: Some(9) });
    assert_eq!(entries.iter().filter(|body| body.kind() == "permission").count(), 2);
    assert_eq!(status(&at_rest(&sessions, idle).await), Some(SessionStatus::Idle));
    let known = sessions.list().unwrap();
    assert!(known.len() == 2 && known.iter().all(|session| !session.live));
    bench.sessions.stop_all().await;
}

#[tokio::test]
async fn a_journal_that_was_forgotten_goes_on_behind_what_the_server_has() {
    let bench = Bench::new().await;
    let id = bench.scripted("[[say one]]").await;
    bench.until_turn_ended(id, 1).await;
    assert_eq!(bench.sessions.forget(id).unwrap_err().code, "session_live");
    bench.sessions.stop(id).await.unwrap();
    let again = bench.again(id, scripted(&[]), "[[say two]]").await;
    let last = again.resume.as_ref().unwrap().last_seq;
    bench.sessions.forget(id).unwrap();
    assert!(bench.sessions.list().unwrap().is_empty());
    bench.begin(again).await;
    bench.sessions.stop(id).await.unwrap();
    let seen = numbers(&bench.sessions, id, last).await;
    assert!(seen.iter().copied().eq(last + 1..last + 1 + seen.len() as i64), "{seen:?}");
}

#[tokio::test]
async fn stopping_all_ends_every_session_cleanly() {
    let bench = Bench::new().await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(bench.scripted("[[say up]] [[hang]]").await);
    }
    for id in &ids {
        bench.until(*id, |entries| said(entries) == "up").await;
    }
    bench.sessions.stop_all().await;
    assert!(!bench.sessions.any_live());
    for id in ids {
        assert_eq!(status(&bench.all(id).await), Some(SessionStatus::Stopped));
        assert_eq!(bench.sessions.send(id, message("x")).await.unwrap_err().code, "session_not_live");
    }
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
