//! What the shell adds to the page: one instance, links, menus, quitting, and no port.

use std::time::Duration;

use rustix::process::Signal;

use crate::app::{Home, program, wait_until};
use crate::driver::Driver;
use crate::main_path::start_agent;
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

#[tokio::test]
async fn quitting_with_an_agent_at_work_asks_and_one_that_is_kept_goes_on() {
    let home = Home::new();
    let repository = home.repository("bakery");
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let workspace =
        start_agent(&window, &repository.display().to_string(), "echo begun; sleep 8; echo survived").await;
    assert!(workspace.starts_with("/projects/"), "{workspace}");
    window.find("//*[contains(., 'Bakery')]").await;

    let quit = || async { ctrl_q(&home) };
    quit().await;
    window.find("//*[@role='dialog']//h2[normalize-space(.)='An agent is at work']").await;
    window.picture("quit").await.unwrap();
    window.press("Cancel").await;
    assert!(app_is_there(&home), "cancelled");

    quit().await;
    window.press_the_last("Keep running and quit").await;
    wait_until("the app ended", PATIENCE, || !app_is_there(&home));
    let runner = processes::runner_of(&home.data()).expect("the runner stays with its agent");
    drop(window);

    let window = Driver::start(&home).await;
    assert_eq!(processes::runner_of(&home.data()).unwrap().pid, runner.pid);
    window.find("//*[contains(., 'Bakery')]").await;
    window
        .script(&format!(
            "history.pushState(null, '', '{workspace}'); dispatchEvent(new PopStateEvent('popstate'))"
        ))
        .await;
    window.shown("survived").await;
    window.close().await;
}

#[tokio::test]
async fn quitting_can_stop_the_agents() {
    let home = Home::new();
    let repository = home.repository("bakery");
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    start_agent(&window, &repository.display().to_string(), "echo begun; sleep 600").await;
    window.find("//*[contains(., 'Bakery')]").await;
    ctrl_q(&home);
    window.press_the_last("Stop and quit").await;
    wait_until("the app ended", PATIENCE, || !app_is_there(&home));
    wait_until("its runner ended", PATIENCE, || processes::runner_of(&home.data()).is_none());
}

fn app_is_there(home: &Home) -> bool {
    app_of(home).is_some()
}

fn app_of(home: &Home) -> Option<processes::Process> {
    let all = processes::with(&format!("SWITCHYARD_DATA_DIR={}", home.data().display()));
    all.into_iter().find(|process| process.name.starts_with("switchyard-desk"))
}

/// Presses the menu's shortcut in the app's window, as the window system sends it.
fn ctrl_q(home: &Home) {
    let app = app_of(home).expect("the app is there");
    let script = format!(
        "w=$(xdotool search --onlyvisible --pid {} --name Switchyard | head -1) && xdotool windowfocus --sync $w key ctrl+q",
        app.pid
    );
    let pressed = home.command("sh").args(["-c", &script]).status().unwrap();
    assert!(pressed.success(), "xdotool (Debian's package of that name) pressed the keys");
}
