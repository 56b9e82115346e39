//! Addresses that are not ours are opened by the system: in the browser, in an editor. Never in our window.

use tauri::Url;

/// What may be opened. Transcripts hold addresses that an agent wrote, and some schemes run programs.
const SCHEMES: [&str; 14] = [
    "http",
    "https",
    "mailto",
    "vscode",
    "vscode-insiders",
    "vscodium",
    "cursor",
    "windsurf",
    "zed",
    "idea",
    "jetbrains",
    "txmt",
    "subl",
    "emacs",
];

/// Whether the system is asked to open it.
pub(crate) fn is_allowed(url: &Url) -> bool {
    SCHEMES.contains(&url.scheme())
}

/// Opens an address in the program that the system has for it.
pub(crate) fn open(url: &Url) {
    if !is_allowed(url) {
        return tracing::warn!(scheme = url.scheme(), "an address of this kind is not opened");
    }
    let url = url.to_string();
    // It waits a moment to see whether the other program fails, which the window must not.
    std::thread::spawn(move || {
        if let Err(error) = open::that_detached(url) {
            tracing::warn!(%error, "the system did not open an address");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_schemes_that_show_something_are_opened() {
        for fine in ["https://example.org", "vscode://file/home/ada/a.rs:3", "mailto:ada@example.org"] {
            assert!(is_allowed(&fine.parse().unwrap()), "{fine}");
        }
        for not in
            ["file:///bin/sh", "javascript:alert(1)", "data:text/html,x", "ms-msdt:x", "app://localhost/"]
        {
            assert!(!is_allowed(&not.parse().unwrap()), "{not}");
        }
    }
}
