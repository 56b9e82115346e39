//! Terminals in the window: their bytes go over the shell's channels.

use std::time::{Duration, Instant};

use fantoccini::Locator;
use rustix::process::Signal;

use crate::app::{Home, wait_until};
use crate::driver::Driver;
use crate::main_path::start_agent;
use crate::processes;

const PATIENCE: Duration = Duration::from_secs(20);
/// The key, as WebDriver names it.
const ENTER: char = '\u{e007}';

#[tokio::test]
async fn a_terminal_in_the_window_takes_keys_follows_its_size_and_outlives_a_crash_of_the_app() {
    let home = Home::new();
    let window = Driver::start(&home).await;
    let workspace = workspace(&home, &window).await;
    // The window that has the keys decides the terminal's size.
    home.look_here();
    open(&window, &workspace).await;
    enter(&window, "kept=$((6 * 7)); echo answer-$kept").await;
    shows(&window, "answer-42").await;
    window.picture("terminal").await.unwrap();

    let (rows, columns) = size(&window, "before").await;
    let at = window.client.get_window_rect().await.unwrap();
    window.client.set_window_size(at.2 as u32 - 300, at.3 as u32 - 150).await.unwrap();
    // The program learns of it a moment after the window did.
    let begun = Instant::now();
    let mut asked = 0;
    loop {
        asked += 1;
        let (now_rows, now_columns) = size(&window, &format!("after{asked}")).await;
        if now_columns < columns && now_rows <= rows {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{now_rows} × {now_columns} after {rows} × {columns}");
    }

    let app = home.app().expect("the app is there");
    processes::end(app.pid, Signal::KILL);
    wait_until("the app is gone", PATIENCE, || !processes::is_there(app.pid));
    drop(window);

    let window = Driver::start(&home).await;
    window.find("//*[contains(., 'Bakery')]").await;
    show(&window, &workspace).await;
    shows(&window, "answer-42").await;
    // The same shell: it still knows its variable.
    enter(&window, "echo again-$kept").await;
    shows(&window, "again-42").await;
    window.picture("terminal-after-crash").await.unwrap();
    window.close().await;
}

/// A workspace whose agent has nothing more to do.
pub(crate) async fn workspace(home: &Home, window: &Driver) -> String {
    window.find("//button[contains(., 'Create your first project')]").await;
    let repository = home.repository("bakery");
    let workspace = start_agent(window, &repository.display().to_string(), "echo prepared").await;
    assert!(workspace.starts_with("/projects/"), "{workspace}");
    go(window, &workspace).await;
    window.shown("Completed").await;
    workspace
}

/// Shows the workspace's terminals.
pub(crate) async fn show(window: &Driver, workspace: &str) {
    without_webgl(window).await;
    go(window, &format!("{workspace}?tab=terminal")).await;
}

/// Opens a terminal of the workspace and waits for its shell.
pub(crate) async fn open(window: &Driver, workspace: &str) {
    show(window, workspace).await;
    window.press("Open a terminal").await;
    // Its prompt, whatever that is; then that it takes keys.
    until(window, "a prompt", |seen| !seen.trim().is_empty()).await;
}

/// Types a line into the terminal, as keys.
pub(crate) async fn enter(window: &Driver, line: &str) {
    let part = async |css| {
        let part = window.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        part.unwrap_or_else(|error| panic!("the terminal has no {css}: {error}"))
    };
    // As a person does first.
    part("#terminals .xterm-screen").await.click().await.unwrap();
    let keys = format!("{line}{ENTER}");
    part("#terminals .xterm-helper-textarea").await.send_keys(&keys).await.unwrap();
}

/// Has terminals drawn with elements, whose text can be read, as where there is no WebGL.
async fn without_webgl(window: &Driver) {
    window
        .script(
            "const { getContext } = HTMLCanvasElement.prototype; \
             HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { \
               return kind === 'webgl2' ? null : getContext.call(this, kind, ...rest); };",
        )
        .await;
}

/// Waits until the terminal shows a text.
#[track_caller]
pub(crate) fn shows(window: &Driver, text: &str) -> impl Future<Output = String> {
    until(window, text, move |seen| seen.contains(text))
}

#[track_caller]
fn until(window: &Driver, what: &str, ready: impl Fn(&str) -> bool) -> impl Future<Output = String> {
    let from = std::panic::Location::caller();
    async move {
        let begun = Instant::now();
        loop {
            let seen = screen(window).await;
            if ready(&seen) {
                return seen;
            }
            if begun.elapsed() > PATIENCE {
                let _ = window.picture("failure").await;
                panic!("{from}: no {what} in the terminal:\n{seen}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

pub(crate) async fn go(window: &Driver, path: &str) {
    window
        .script(&format!(
            "history.pushState(null, '', '{path}'); dispatchEvent(new PopStateEvent('popstate'))"
        ))
        .await;
}

async fn screen(window: &Driver) -> String {
    let text = window
        .script("return [...document.querySelectorAll('#terminals .xterm-rows > div')].map((row) => row.textContent.replace(/\\u00a0/g, ' ').trimEnd()).join('\\n')")
        .await;
    text.as_str().unwrap_or_default().to_owned()
}

/// Rows and columns as the program in the terminal is told them.
async fn size(window: &Driver, mark: &str) -> (u32, u32) {
    enter(window, &format!("echo $(stty size | tr ' ' x)={mark}")).await;
    // The line that was typed ends in the same way.
    let told = |seen: &str| {
        seen.lines().find_map(|line| {
            let (rows, columns) = line.strip_suffix(&format!("={mark}"))?.split_once('x')?;
            Some((rows.parse().ok()?, columns.parse().ok()?))
        })
    };
    let seen = until(window, mark, |seen| told(seen).is_some()).await;
    told(&seen).unwrap()
}
