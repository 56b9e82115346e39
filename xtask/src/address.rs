//! The address that a starting server prints, and opening it where there is a display.

use std::process::Stdio;

use crate::process;
use crate::workspace::Workspace;

/// The sign-in address in a line that the server printed, if there is one: it carries a one-time code.
pub(crate) fn in_line(line: &str) -> Option<&str> {
    let ends_address = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '\u{1b}');
    let starts = line.match_indices("http://").map(|(start, _)| &line[start..]);
    starts.filter_map(|rest| rest.split(ends_address).next()).find(|address| address.contains("#code="))
}

/// Opens the address in the person's browser, unless there is no display to show it on.
pub(crate) fn open(workspace: &Workspace, address: &str) {
    let Some(opener) = opener() else { return };
    let mut command = process::program(opener, &workspace.root);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Not waited for: some openers stay until the browser is closed. The address is on the screen either way.
    if let Err(cause) = command.spawn() {
        eprintln!("could not open the browser with {opener} ({cause}); open the address above by hand");
    }
}

fn opener() -> Option<&'static str> {
    let remote = process::variable("SSH_CONNECTION").is_some();
    if remote {
        return None;
    }
    if cfg!(target_os = "macos") {
        return Some("open");
    }
    let display = process::variable("WAYLAND_DISPLAY").or_else(|| process::variable("DISPLAY")).is_some();
    (display && process::on_path("xdg-open").is_some()).then_some("xdg-open")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_address_is_found_within_a_sentence() {
        let line = "  Switchyard is ready: http://127.0.0.1:8081/#code=3f9a (valid once)";
        assert_eq!(in_line(line), Some("http://127.0.0.1:8081/#code=3f9a"));
    }

    #[test]
    fn the_sign_in_address_is_found_within_colours_and_json() {
        assert_eq!(
            in_line("\u{1b}[1mhttp://127.0.0.1:1/#code=a\u{1b}[0m"),
            Some("http://127.0.0.1:1/#code=a")
        );
        assert_eq!(
            in_line(r#"{"address":"http://127.0.0.1:1/#code=a"}"#),
            Some("http://127.0.0.1:1/#code=a")
        );
    }

    #[test]
    fn other_addresses_are_left_alone() {
        assert_eq!(in_line("listening on http://127.0.0.1:8081/"), None);
    }
}
