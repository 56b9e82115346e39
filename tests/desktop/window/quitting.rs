//! Closing the window with something at work: keep it, stop it, or stay.

use std::time::Duration;

use crate::app::{Home, wait_until};
use crate::driver::Driver;
use crate::main_path::start_agent;
use crate::processes;
use crate::terminal::{self, go};

const PATIENCE: Duration = Duration::from_secs(20);
/// The menu's shortcut.
const QUIT: &[&str] = &["ctrl+q"];

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

    home.press_keys(QUIT);
    window.find("//*[@role='dialog']//h2[normalize-space(.)='An agent is at work']").await;
    window.picture("quit").await.unwrap();
    window.press("Cancel").await;
    assert!(home.app().is_some(), "cancelled");

    home.press_keys(QUIT);
    window.press_the_last("Keep running and quit").await;
    wait_until("the app ended", PATIENCE, || home.app().is_none());
    let runner = processes::runner_of(&home.data()).expect("the runner stays with its agent");
    drop(window);

    let window = Driver::start(&home).await;
    assert_eq!(processes::runner_of(&home.data()).unwrap().pid, runner.pid);
    window.find("//*[contains(., 'Bakery')]").await;
    go(&window, &workspace).await;
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
    home.press_keys(QUIT);
    window.press_the_last("Stop and quit").await;
    wait_until("the app ended", PATIENCE, || home.app().is_none());
    wait_until("its runner ended", PATIENCE, || processes::runner_of(&home.data()).is_none());
}

#[tokio::test]
async fn quitting_with_a_program_in_a_terminal_asks_and_one_that_is_kept_goes_on() {
    let home = Home::new();
    let window = Driver::start(&home).await;
    let workspace = terminal::workspace(&home, &window).await;
    terminal::open(&window, &workspace).await;
    terminal::enter(&window, "echo begun-$((6 * 7)); sleep 15; echo survived-$((6 * 7))").await;
    terminal::shows(&window, "begun-42").await;

    home.press_keys(QUIT);
    window.find("//*[@role='dialog']//h2[normalize-space(.)='A program is running in a terminal']").await;
    window.picture("quit-terminal").await.unwrap();
    window.press("Cancel").await;
    assert!(home.app().is_some(), "cancelled");

    home.press_keys(QUIT);
    window.press_the_last("Keep running and quit").await;
    wait_until("the app ended", PATIENCE, || home.app().is_none());
    let runner = processes::runner_of(&home.data()).expect("the runner stays with its terminal");
    drop(window);

    let window = Driver::start(&home).await;
    assert_eq!(processes::runner_of(&home.data()).unwrap().pid, runner.pid);
    window.find("//*[contains(., 'Bakery')]").await;
    terminal::show(&window, &workspace).await;
    terminal::shows(&window, "survived-42").await;
    // At its prompt there is nothing to lose, so that nobody is asked and the runner ends too.
    terminal::shows(&window, "# ").await;
    home.press_keys(QUIT);
    wait_until("the app ended", PATIENCE, || home.app().is_none());
    wait_until("its runner ended", PATIENCE, || processes::runner_of(&home.data()).is_none());
}

#[tokio::test]
async fn quitting_says_how_many_agents_and_terminals_there_are_and_can_stop_them_all() {
    let home = Home::new();
    let repository = home.repository("bakery");
    let window = Driver::start(&home).await;
    window.find("//button[contains(., 'Create your first project')]").await;
    let path = repository.display().to_string();
    let workspace = start_agent(&window, &path, "echo begun; sleep 600").await;
    terminal::open(&window, &workspace).await;
    terminal::enter(&window, "echo begun-$((6 * 7)); sleep 98765").await;
    terminal::shows(&window, "begun-42").await;
    home.press_keys(QUIT);
    let title = "An agent is at work, and a program is running in a terminal";
    window.find(&format!("//*[@role='dialog']//h2[normalize-space(.)='{title}']")).await;
    window.press_the_last("Stop and quit").await;
    wait_until("the app ended", PATIENCE, || home.app().is_none());
    wait_until("its runner ended", PATIENCE, || processes::runner_of(&home.data()).is_none());
    let left = processes::with("sleep\098765");
    assert!(left.is_empty(), "{left:?}");
}
