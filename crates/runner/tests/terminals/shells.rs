//! A shell in a terminal of ours is as good as in any other.

use switchyard_domain::runner::{TerminalInput, TerminalOutput};
use switchyard_domain::terminal::{ClosedReason, TerminalSize};

use crate::harness::Ground;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_suspended_resumed_and_interrupted_by_keys() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.types("sleep 1000\r");
    view.until("sleep 1000\r\n").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(ground.terminals.list()[0].busy);
    view.types("\x1a");
    view.until("Stopped").await;
    view.runs("fg", "sleep 1000\r\n").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    view.types("\x03");
    view.until("^C").await;
    assert!(view.runs("echo \"ended with $?\"", "ended with 130").await.contains("ended with 130"));
    assert!(!ground.terminals.list()[0].busy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_size_reaches_the_program_and_every_viewer() {
    let ground = Ground::new();
    let id = ground.open().await;
    let (mut one, mut other) = (ground.view(id), ground.view(id));
    one.until("$ ").await;
    other.until("$ ").await;
    let program = "sh -c 'trap \"stty size\" WINCH; stty size; while :; do sleep 0.05; done'";
    one.runs(program, "24 80").await;
    one.send(TerminalInput::Resize(TerminalSize { cols: 100, rows: 40 }));
    one.until("40 100").await;
    let size = loop {
        if let Some(TerminalOutput::Size(size)) = other.next().await {
            break size;
        }
    };
    assert_eq!(size, TerminalSize { cols: 100, rows: 40 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_starts_in_the_workspace_with_a_built_environment() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.types("env; pwd; tty; ls /proc/self/fd | wc -l; exit\r");
    let (said, _) = view.ending().await;
    for wanted in [
        "TERM=xterm-256color\r\n",
        "COLORTERM=truecolor\r\n",
        "TERM_PROGRAM=Switchyard\r\n",
        "SHELL=/bin/bash\r\n",
        "LANG=C.UTF-8\r\n",
        "/dev/pts/",
        // ls has its three streams and the folder it lists.
        "\r\n4\r\n",
        ground.worktree().to_str().unwrap(),
    ] {
        assert!(said.contains(wanted), "{wanted:?} is not in {said}");
    }
    for secret in ["JWT_SECRET", "DATABASE_URL", "SWITCHYARD_TOKEN", "CARGO"] {
        assert!(!said.contains(secret), "{secret} is in {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_output_comes_before_the_exit_code() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.types("seq 1 20000; exit 7\r");
    let (said, end) = view.ending().await;
    assert!(said.contains("\r\n19999\r\n20000\r\n"), "{}", said.len());
    assert_eq!((end.reason, end.exit_code), (ClosedReason::Exited, Some(7)));
    assert_eq!(ground.terminals.list()[0].end, Some(end));
    ground.terminals.close(id, ClosedReason::Exited).await;
    assert!(ground.terminals.list().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paste_larger_than_any_buffer_arrives_whole() {
    let ground = Ground::new();
    let id = ground.open().await;
    let mut view = ground.view(id);
    view.until("$ ").await;
    view.runs("stty raw -echo; echo ready; head -c 3000000 | md5sum; stty sane", "ready").await;
    let paste: Vec<u8> = (0..3_000_000_u32).map(|number| b'a' + (number % 23) as u8).collect();
    for frame in paste.chunks(60_000) {
        view.send(TerminalInput::Bytes(frame.to_vec()));
    }
    let said = view.until("  -").await;
    let program = std::process::Command::new("md5sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let mut program = program.unwrap();
    std::io::Write::write_all(&mut program.stdin.take().unwrap(), &paste).unwrap();
    let sum = String::from_utf8(program.wait_with_output().unwrap().stdout).unwrap();
    assert!(said.contains(sum.split(' ').next().unwrap()), "{said} is not {sum}");
}
