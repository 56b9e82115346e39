//! Attaching: typing, sizes, replay, and what a client must not send.

use std::time::{Duration, Instant};

use serde_json::json;
use switchyard_integration::{Terminal, text};

use super::{at_prompt, ground, open};

#[tokio::test]
async fn two_viewers_see_one_shell_and_one_size() {
    let ground = ground(&[]).await;
    let workspace = ground.workspace("Shell").await;
    let terminal = open(&ground, &workspace).await;
    let mut one = Terminal::attach(ground.client(), &terminal, None).await;
    let first = one.frame().await;
    assert_eq!(first["type"], "attached");
    assert_eq!((&first["from"], &first["cols"], &first["rows"]), (&json!(0), &json!(80), &json!(24)));
    one.until("$ ").await;
    let mut other = at_prompt(&ground, &terminal).await;
    let said = one.runs("pwd; echo \"$TERM_PROGRAM\"", "Switchyard\r\n").await;
    assert!(said.contains(text(&workspace["repos"][0], "path")), "{said}");
    other.until("Switchyard\r\n").await;
    one.tells(json!({"type": "resize", "cols": 120, "rows": 50})).await;
    assert_eq!(other.frame().await, json!({"type": "size", "cols": 120, "rows": 50}));
    other.runs("stty size", "50 120\r\n").await;
    one.types("exit 5\r").await;
    let (last, code, _) = other.end().await;
    assert_eq!((last, code), (json!({"type": "closed", "reason": "exited", "exit_code": 5}), 1000));
    let again = Terminal::attach(ground.client(), &terminal, None).await;
    let (last, code, _) = again.end().await;
    assert_eq!((last, code), (json!({"type": "closed", "reason": "exited", "exit_code": 5}), 1000));
}

#[tokio::test]
async fn a_client_that_sends_what_it_must_not_is_told_and_cut_off() {
    let ground = ground(&[]).await;
    let terminal = open(&ground, &ground.workspace("Shell").await).await;
    for (frame, reason) in [
        (json!({"type": "resize", "cols": 0, "rows": 10}), "A text frame is"),
        (json!({"type": "paste"}), "A text frame is"),
        (json!({"type": "ack", "offset": 1, "padding": "x".repeat(2000)}), "at most 1024 bytes"),
    ] {
        let mut view = at_prompt(&ground, &terminal).await;
        view.tells(frame.clone()).await;
        let (_, code, said) = view.end().await;
        assert!(code == 1008 && said.contains(reason), "{frame} was answered {code} {said}");
    }
    let mut view = at_prompt(&ground, &terminal).await;
    view.types(&"x".repeat(64 * 1024 + 1)).await;
    let (_, code, said) = view.end().await;
    assert!(code == 1008 && said.contains("64 KiB"), "{code} {said}");
    at_prompt(&ground, &terminal).await;
}

#[tokio::test]
async fn a_viewer_that_acknowledges_nothing_is_sent_its_credit_and_an_interrupt_is_answered() {
    let ground = ground(&[]).await;
    let terminal = open(&ground, &ground.workspace("Shell").await).await;
    let mut stopped = at_prompt(&ground, &terminal).await;
    stopped.acknowledges = false;
    let mut view = at_prompt(&ground, &terminal).await;
    view.types("yes\r").await;
    let until = Instant::now() + Duration::from_secs(1);
    while Instant::now() < until {
        view.next().await;
    }
    view.seen.clear();
    view.types("\x03").await;
    let asked = Instant::now();
    view.until("^C").await;
    assert!(asked.elapsed() < Duration::from_secs(2), "took {:?}", asked.elapsed());
    while stopped.next_within(Duration::from_millis(500)).await.is_some() {}
    assert!(stopped.seen.len() <= 256 * 1024, "{} bytes beyond the last acknowledgement", stopped.seen.len());
}

#[tokio::test]
async fn a_killed_server_costs_no_byte_of_a_terminals_output() {
    let mut ground = ground(&[]).await;
    let terminal = open(&ground, &ground.workspace("Shell").await).await;
    let mut view = at_prompt(&ground, &terminal).await;
    view.types("for n in $(seq 1 3000); do echo line $n; sleep 0.001; done; echo do''ne\r").await;
    let mut whole = String::new();
    while !whole.contains("line 300\r\n") {
        view.next().await;
        whole = String::from_utf8_lossy(&view.seen).into_owned();
    }
    let (offset, seen) = (view.offset, std::mem::take(&mut view.seen));
    ground.instance.kill9();
    drop(view);
    ground.instance.launch().await;
    let mut again = Terminal::attach(ground.client(), &terminal, Some(offset)).await;
    assert_eq!(again.frame().await["from"], offset);
    let rest = again.until("done\r\n").await;
    let whole = String::from_utf8(seen).unwrap() + &rest;
    for number in 1..=3000 {
        assert!(whole.contains(&format!("\nline {number}\r\n")), "line {number} is lost");
    }
    assert_eq!(whole.matches("\nline ").count(), 3000, "a line is doubled");
}
