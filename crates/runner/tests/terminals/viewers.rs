//! Viewers: replay, flow control, and those who do not read.

use std::time::{Duration, Instant};

use switchyard_domain::runner::{TerminalOutput, TerminalProgram, TerminalStart};

use crate::harness::{Ground, View};

/// What a viewer is sent beyond what it acknowledged.
const CREDIT: usize = 256 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_is_replayed_from_any_offset_byte_for_byte() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut first = ground.view(id);
    first.until("$ ").await;
    first.acks = true;
    first.types("seq 1 30000; printf 'gr\\303\\274n \\342\\202\\254'; echo do''ne\r");
    let mut whole = ground.view(id);
    while !whole.text().contains("done\r\n$ ") {
        whole.next().await;
    }
    let end = whole.offset;
    let mut random = 12345_u64;
    for _ in 0..25 {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let from = random % (end + 1);
        let mut again = ground.view_from(id, Some(from));
        let told = again.next().await;
        assert!(
            matches!(told, Some(TerminalOutput::Attached { from: at, end: to, .. }) if at == from && to == end),
            "{told:?}"
        );
        while again.offset < end {
            again.next().await;
        }
        assert!(again.seen == whole.seen[from as usize..], "from {from}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_for_what_is_not_kept_is_told_of_the_gap() {
    let ground = Ground::new();
    let start = TerminalStart { scrollback_lines: 1_000, ..ground.start(TerminalProgram::Shell) };
    let id = start.id;
    ground.terminals.open(&start).await.unwrap();
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.runs("seq 1 300000; echo do''ne", "done\r\n$ ").await;
    let mut late = ground.view_from(id, Some(3));
    let told = late.next().await;
    let Some(TerminalOutput::Attached { from, .. }) = told else { panic!("{told:?}") };
    assert_eq!(late.next().await, Some(TerminalOutput::Gap(from)));
    let said = late.until("done\r\n$ ").await;
    // Of short lines as many are kept as a MiB holds.
    let first = said.split("\r\n").next().and_then(|line| line.parse::<u32>().ok());
    let whole = first.is_some_and(|first| (140_000..200_000).contains(&first));
    assert!(whole && said.contains("\r\n300000\r\n"), "it begins with a whole line: {first:?}");
    let mut anew = ground.view(id);
    anew.until("done\r\n$ ").await;
    assert_eq!((anew.gaps.len(), anew.offset), (0, late.offset), "who asks for nothing misses nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_that_acknowledges_nothing_is_sent_no_more_than_its_credit_and_later_a_gap() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut stopped = ground.view(id);
    stopped.until("$ ").await;
    stopped.acks = false;
    stopped.seen.clear();
    let mut fast = ground.view(id);
    fast.until("$ ").await;
    fast.types("yes | head -c 30000000; echo do''ne\r");
    while !fast.text().contains("done\r\n$ ") {
        fast.next().await;
        let tail = fast.seen.len().saturating_sub(100);
        fast.seen.drain(..tail);
    }
    assert!(fast.gaps.is_empty(), "who reads misses nothing");
    assert!(fast.offset > 30_000_000);
    while stopped.next_within(Duration::from_millis(300)).await.is_some() {}
    assert!(stopped.seen.len() <= CREDIT, "{}", stopped.seen.len());
    assert_eq!(stopped.gaps.len(), 1, "what it missed is not kept any more");
    stopped.acks = true;
    stopped.send(switchyard_domain::runner::TerminalInput::Ack(stopped.offset));
    while stopped.offset < fast.offset {
        stopped.next().await;
    }
    assert_eq!(stopped.gaps.len(), 1, "now it keeps up");
    assert!(stopped.text().ends_with("done\r\n$ "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_goes_on_when_its_only_viewer_has_stopped_reading() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.acks = false;
    let begins = Instant::now();
    view.types("yes | head -c 20000000 && touch built\r");
    crate::harness::eventually("it is built", || ground.worktree().join("built").exists()).await;
    assert!(begins.elapsed() > Duration::from_millis(1500), "the viewer was waited for first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_is_answered_under_a_flood() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.types("yes\r");
    read_for(&mut view, Duration::from_millis(500)).await;
    assert!(view.seen.len() > 1_000_000, "it floods: {}", view.seen.len());
    view.seen.clear();
    view.types("\x03");
    let asked = Instant::now();
    view.until("^C").await;
    assert!(asked.elapsed() < Duration::from_secs(1), "took {:?}", asked.elapsed());
    view.runs("echo \"ended with $?\"", "ended with 130").await;
}

async fn read_for(view: &mut View, duration: Duration) {
    let until = Instant::now() + duration;
    while Instant::now() < until {
        view.next().await;
    }
}
