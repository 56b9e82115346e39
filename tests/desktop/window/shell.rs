//! What the shell adds to the page, and keeps from it: one instance, links, and no port.

use std::time::Duration;

use rustix::process::Signal;

use crate::app::{Home, program, wait_until};
use crate::driver::Driver;
use crate::processes;

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn no_port_is_open_and_the_app_ends_with_its_runner_when_told() {
    let home = Home::new();
    let mut app = home.start();
    let variable = format!("SWITCHYARD_DATA_DIR={}", home.data().display());
    wait_until("the page is drawn", PATIENCE, || {
        processes::with(&variable).iter().any(|process| process.name.starts_with("WebKitWebProces"))
            && processes::runner_of(&home.data()).is_some()
    });
    let mut all = processes::with(&variable);
    all.extend(processes::runner_of(&home.data()));
    assert!(all.len() >= 3, "{all:?}");
    assert_eq!(processes::listening(&all), [""; 0]);
    processes::end(app.id().cast_signed(), Signal::TERM);
    wait_until("the app ended", PATIENCE, || app.try_wait().unwrap().is_some());
    assert!(app.wait().unwrap().success());
    assert!(processes::runner_of(&home.data()).is_none(), "no agent is at work, so nothing stays");
}

#[tokio::test]
async fn a_second_start_shows_its_link_in_the_first_ones_window() {
    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let second = home.command(program()).arg("switchyard://approvals").status().unwrap();
    assert!(second.success());
    window.find("//h1[normalize-space(.)='Approvals']").await;
    assert_eq!(window.path().await, "/approvals");
    window.picture("link").await.unwrap();
    // One that says more than a place goes nowhere, and still raises the window.
    assert!(home.command(program()).arg("switchyard://settings?x=1").status().unwrap().success());
    assert_eq!(window.path().await, "/approvals");
    window.close().await;
}

#[tokio::test]
async fn a_foreign_page_is_never_shown_in_the_window() {
    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    window.script("location.href = 'file:///etc/passwd'").await;
    window.script("location.href = 'data:text/html,<p>foreign</p>'").await;
    window.script("open('app://elsewhere/')").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    window.shown("Create your first project").await;
    assert_eq!(window.client.current_url().await.unwrap().as_str().trim_end_matches('/'), "app://localhost");
    let loaded = window
        .script_later(
            "try { await fetch('https://example.org/'); return 'loaded'; } catch { return 'refused'; }",
        )
        .await;
    assert_eq!(loaded, "refused", "the page's policy names our own origin alone");
    window.close().await;
}

#[tokio::test]
async fn a_command_that_the_page_was_not_granted_is_refused() {
    let home = Home::new();
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    for command in
        ["plugin:window|close", "plugin:dialog|open", "plugin:autostart|enable", "plugin:fs|read_file"]
    {
        let answer = window
            .script_later(&format!(
                "try {{ await window.__TAURI_INTERNALS__.invoke('{command}', {{}}); return 'done'; }} catch {{ return 'refused'; }}"
            ))
            .await;
        assert_eq!(answer, "refused", "{command}");
    }
    window.close().await;
}
