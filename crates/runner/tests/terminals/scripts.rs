//! A script in a terminal: a dev server.

use std::net::TcpListener;
use std::time::Duration;

use switchyard_domain::TerminalId;
use switchyard_domain::runner::TerminalProgram;
use switchyard_domain::terminal::ClosedReason;

use crate::harness::{Ground, eventually, processes_with};

fn script(text: &str) -> TerminalProgram {
    TerminalProgram::Script(text.to_owned())
}

async fn run(ground: &Ground, text: &str) -> TerminalId {
    let start = ground.start(script(text));
    ground.terminals.open(&start).await.unwrap();
    start.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_runs_in_the_workspace_on_a_terminal_and_its_exit_code_is_told() {
    let ground = Ground::new();
    let id = run(&ground, "pwd\ntest -t 1 && echo a terminal\necho in $SWITCHYARD_WORKSPACE\nexit 3").await;
    let (said, end) = ground.view(id).ending().await;
    for wanted in [ground.worktree().to_str().unwrap(), "a terminal", &format!("in {}", ground.site.id)] {
        assert!(said.contains(wanted), "{wanted:?} is not in {said}");
    }
    assert_eq!((end.reason, end.exit_code), (ClosedReason::Exited, Some(3)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_script_counts_as_busy_until_it_ends() {
    let ground = Ground::new();
    let id = run(&ground, "read line; exit 0").await;
    let mut view = ground.view(id);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(ground.terminals.list()[0].busy);
    view.types("\r");
    view.ending().await;
    assert!(!ground.terminals.list()[0].busy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_a_script_and_what_it_started() {
    let ground = Ground::new();
    let marker = TerminalId::new().to_string();
    let server = format!("env MARKER={marker} sleep 1000");
    let id = run(&ground, &format!("{server} &\necho ready\n{server}")).await;
    let mut view = ground.view(id);
    view.until("ready").await;
    // As an argument or a variable of their own: what the shell has only forked yet takes no interrupt.
    let own = format!("MARKER={marker}\0");
    eventually("both run", || processes_with(&own).len() == 2).await;
    view.types("\x03");
    let (_, end) = view.ending().await;
    assert_eq!((end.reason, end.exit_code), (ClosedReason::Exited, Some(130)));
    assert!(processes_with(&marker).is_empty(), "the one in the background goes too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_is_given_ports_that_nobody_uses_and_the_same_ones_again() {
    let ground = Ground::new();
    let told = "echo \"port=$PORT,$SWITCHYARD_PORT.\"; read line";
    let port = |said: &str| -> u16 {
        let (port, same) =
            said.split_once("port=").unwrap().1.split_once('.').unwrap().0.split_once(',').unwrap();
        assert_eq!(port, same);
        port.parse().unwrap()
    };
    let first = run(&ground, told).await;
    let first_port = port(&ground.view(first).until(".\r\n").await);
    let second = run(&ground, told).await;
    let second_port = port(&ground.view(second).until(".\r\n").await);
    assert!(first_port.abs_diff(second_port) >= 10, "{first_port} and {second_port} are too close");
    ground.terminals.close(first, ClosedReason::Closed).await;
    let listener = TcpListener::bind(("127.0.0.1", first_port + 9)).unwrap();
    let moved = run(&ground, told).await;
    assert_ne!(port(&ground.view(moved).until(".\r\n").await), first_port);
    ground.terminals.close(moved, ClosedReason::Closed).await;
    drop(listener);
    // A process that another test is just starting may have it open until it becomes its program.
    while TcpListener::bind(("127.0.0.1", first_port + 9)).is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let again = run(&ground, told).await;
    let mut view = ground.view(again);
    assert_eq!(port(&view.until(".\r\n").await), first_port);
    view.types("\n");
    view.ending().await;
    let after = run(&ground, told).await;
    assert_eq!(
        port(&ground.view(after).until(".\r\n").await),
        first_port,
        "one that has ended keeps no ports"
    );
}
