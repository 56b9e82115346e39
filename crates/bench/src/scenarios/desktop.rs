//! The desktop app in its real window. Its tests do the measuring; here what they found becomes figures.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::Bench;
use crate::failure::{Failure, Result, told};
use crate::processes::mib;
use crate::report::Figure;

/// From before the program is started until its page is there, with its data.
const START: Duration = Duration::from_millis(700);
/// Of the app and the runner, without what is the web view's own.
const MEMORY: u64 = 60_000_000;
/// From a key in the page to its echo there.
const ECHO: Duration = Duration::from_millis(2);
const TESTS: &str = "tests/desktop/window/figures.rs";

#[allow(clippy::disallowed_methods, reason = "starts the tests that drive the window")]
pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let app = bench.programs.join("switchyard-desktop");
    if !app.is_file() || !Path::new(TESTS).is_file() {
        return Err(Failure::new(format!(
            "{} or {TESTS} is missing: `cargo xtask bench --only desktop` builds the one, in the folder of the other",
            app.display()
        )));
    }
    let found = bench.folder("desktop.json");
    // On a display and a message bus of their own: a person may be sitting at this machine's.
    let mut tests = Command::new("xvfb-run");
    tests.args(["--auto-servernum", "--server-args=-screen 0 1600x1000x24", "dbus-run-session", "--"]);
    tests.args(["cargo", "test", "--package", "switchyard-desktop-tests", "--"]);
    tests.args(["--ignored", "--nocapture", "figures"]);
    tests.env("SWITCHYARD_DESKTOP", &app).env("SWITCHYARD_FIGURES", &found);
    // What the tests say as they go is no part of the table.
    tests.stdin(Stdio::null()).stdout(Stdio::null());
    let status = told("start xvfb-run", tests.status())?;
    if !status.success() {
        return Err(Failure::new(format!("the window could not be measured ({status})")));
    }
    let found = told("read what was measured", fs::read(&found))?;
    let found: Value = told("understand what was measured", serde_json::from_slice(&found))?;
    figures(&found).ok_or_else(|| Failure::new(format!("{TESTS} told something else: {found}")))
}

fn figures(found: &Value) -> Option<Vec<Figure>> {
    let took = |name: &str| Some(Duration::from_secs_f64(found[name].as_f64()? / 1000.0));
    let (whole, web_view) = (found["memory_bytes"].as_u64()?, found["web_view_bytes"].as_u64()?);
    let memory = whole.saturating_sub(web_view);
    let kilobytes = found["answer_bytes"].as_u64()? / 1000;
    Some(vec![
        Figure::at_most("desktop: start to a usable window, p50", took("start_ms")?, START),
        Figure::alone(
            "desktop: idle memory of app and runner (proportional), without the web view's processes and libraries",
            format!("{} ({} with its libraries)", mib(memory), mib(whole)),
            format!("≤ {}", mib(MEMORY)),
            memory <= MEMORY,
        ),
        Figure::times(
            format!("desktop: an answer of {kilobytes} KB through the scheme, p50"),
            took("scheme_ms")?,
            took("http_ms")?,
            1.0,
        ),
        Figure::at_most("desktop: a keystroke's echo through the channel, p50", took("echo_ms")?, ECHO),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_found_in_the_window_is_held_against_its_targets() {
        let found = json!({
            "start_ms": 612.4, "memory_bytes": 99_000_000, "web_view_bytes": 38_000_000, "answer_bytes": 101_234,
            "scheme_ms": 2.5, "http_ms": 3.0, "echo_ms": 1.25,
        });
        let figures = figures(&found).unwrap();
        assert_eq!(figures.iter().map(|figure| figure.met).collect::<Vec<_>>(), [true, false, true, true]);
        assert_eq!(figures[1].ours, "58.2 MiB (94.4 MiB with its libraries)");
        assert_eq!(figures[1].target, "≤ 57.2 MiB");
        assert_eq!(figures[2].name, "desktop: an answer of 101 KB through the scheme, p50");
        assert_eq!(figures[3].ours, "1.25 ms");
    }

    #[test]
    fn what_is_not_all_there_is_nothing() {
        assert!(figures(&json!({ "start_ms": 612.4 })).is_none());
    }
}
