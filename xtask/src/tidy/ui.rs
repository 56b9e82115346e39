//! The UI's layers: app, features, shared, each using only those after it, and one way out to the server.

use super::Finding;
use super::tree::{Source, Tree};

const KINDS: [&str; 2] = [".ts", ".tsx"];
const SOURCES: &str = "ui/src/";
const TRANSPORT: &str = "ui/src/shared/transport/";
/// The one file that knows the desktop app's shell; all others see the transport and the `Shell` interface.
const SHELL: &str = "ui/src/shared/transport/tauri.ts";
const OF_THE_SHELL: &str = "@tauri-apps/";
const WAYS_OUT: [&str; 5] = ["fetch(", "new WebSocket", "new EventSource", "XMLHttpRequest", "sendBeacon"];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in tree.below(SOURCES, &KINDS) {
        let own = Layer::of(&file.path[SOURCES.len()..]);
        for (index, line) in file.text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            let mut report = |message: String| findings.push(file.finding(Some(index + 1), message));
            let way_out = WAYS_OUT.iter().find(|way| has_call(line, way));
            if let Some(way) = way_out.filter(|_| !file.path.starts_with(TRANSPORT) && !is_test(file)) {
                report(format!("`{way}`: all traffic goes through {TRANSPORT}"));
            }
            if line.contains(OF_THE_SHELL) && file.path != SHELL {
                report(format!("`{OF_THE_SHELL}`: only {SHELL} knows the desktop app's shell"));
            }
            if let Some(message) = imported(file, line).and_then(|path| own.may_not_import(&Layer::of(&path)))
            {
                report(message);
            }
        }
    }
}

/// Where a file stands.
#[derive(PartialEq, Eq)]
enum Layer {
    App,
    Feature(String),
    Shared,
    Other,
}

impl Layer {
    /// Of a path relative to `ui/src`.
    fn of(path: &str) -> Self {
        let mut parts = path.split('/');
        match (parts.next(), parts.next()) {
            (Some("app"), _) => Self::App,
            (Some("shared"), _) => Self::Shared,
            (Some("features"), Some(name)) => Self::Feature(name.to_owned()),
            _ => Self::Other,
        }
    }

    fn may_not_import(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Feature(own), Self::Feature(other)) if own != other => Some(format!(
                "imports the feature `{other}`: features meet in app/, or share through shared/"
            )),
            (Self::Feature(_) | Self::Shared, Self::App) => {
                Some("imports from app/, which is above it".to_owned())
            }
            (Self::Shared, Self::Feature(_)) => {
                Some("imports a feature: shared/ is below all features".to_owned())
            }
            _ => None,
        }
    }
}

/// The path, relative to `ui/src`, that a line imports from, if it is one of ours.
fn imported(file: &Source, line: &str) -> Option<String> {
    let after = ["from '", "from \"", "import('", "import(\"", "import '", "import \""]
        .iter()
        .find_map(|start| line.split_once(start).map(|(_, after)| after))?;
    let path = after.split(['\'', '"']).next()?;
    if let Some(path) = path.strip_prefix("@/") {
        return Some(path.to_owned());
    }
    if !path.starts_with('.') {
        return None;
    }
    let mut folder: Vec<&str> = file.path[SOURCES.len()..].split('/').collect();
    folder.pop();
    for part in path.split('/') {
        match part {
            "." => (),
            ".." => drop(folder.pop()),
            name => folder.push(name),
        }
    }
    Some(folder.join("/"))
}

fn is_test(file: &Source) -> bool {
    file.path.contains(".test.") || file.path.ends_with("test-setup.ts")
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")
}

/// Whether the line calls `way` itself, not something whose name ends in it, such as `prefetch(` or `query.fetch(`.
fn has_call(line: &str, way: &str) -> bool {
    line.match_indices(way).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))
            || line[..at].ends_with("window.")
            || line[..at].ends_with("globalThis.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn caught(path: &str, line: &str, because: &str) {
        let found = Tree::sample(&[(path, line)]).found(check);
        assert!(found.len() == 1 && found[0].contains(because), "{found:?}");
    }

    #[track_caller]
    fn fine(path: &str, line: &str) {
        assert_eq!(Tree::sample(&[(path, line)]).found(check), [""; 0]);
    }

    #[test]
    fn traffic_beside_the_transport_is_caught() {
        caught("ui/src/features/board/load.ts", "await fetch('/api/tasks')", "all traffic");
        caught("ui/src/shared/feed/feed.ts", "new WebSocket(url)", "all traffic");
        caught("ui/src/app/App.tsx", "window.fetch('/')", "all traffic");
        fine("ui/src/shared/transport/http.ts", "await fetch(path)");
        fine("ui/src/features/board/load.ts", "queryClient.prefetch(x); query.fetch(y)");
    }

    #[test]
    fn the_desktop_shell_beside_its_one_file_is_caught() {
        let line = "import { invoke } from '@tauri-apps/api/core'";
        caught("ui/src/features/board/load.ts", line, "only ui/src/shared/transport/tauri.ts");
        caught("ui/src/shared/transport/http.ts", line, "only ui/src/shared/transport/tauri.ts");
        fine("ui/src/shared/transport/tauri.ts", line);
    }

    #[test]
    fn features_do_not_know_each_other() {
        caught(
            "ui/src/features/board/Board.tsx",
            "import { x } from '@/features/tasks/x'",
            "the feature `tasks`",
        );
        caught("ui/src/features/board/a/B.tsx", "import { x } from '../../tasks/x'", "the feature `tasks`");
        fine("ui/src/features/board/Board.tsx", "import { x } from '@/features/board/x'");
        fine("ui/src/features/board/Board.tsx", "import { x } from './x'");
        fine("ui/src/app/routes/Task.tsx", "const x = lazy(() => import('@/features/tasks/x'))");
    }

    #[test]
    fn lower_layers_do_not_know_higher_ones() {
        caught("ui/src/shared/ui/Button.tsx", "import { x } from '@/features/tasks/x'", "below all features");
        caught("ui/src/features/board/Board.tsx", "import { router } from '@/app/router'", "above it");
    }
}
