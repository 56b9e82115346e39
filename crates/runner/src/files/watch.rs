//! Telling when files or refs of a workspace change.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{Match, WalkBuilder};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use switchyard_domain::{Error, Result};
use tokio::sync::{Notify, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// How long changes are collected before they are told.
const DEBOUNCE: Duration = Duration::from_millis(150);
/// How long nothing more is told after that.
const PAUSE: Duration = Duration::from_millis(100);
/// Time between two looks where the system cannot tell of changes.
const POLL: Duration = Duration::from_secs(2);
/// Folders that are watched at most; beyond them we look by ourselves.
const MOST_FOLDERS: usize = 30_000;
/// Files of a git directory whose change matters.
const GIT_FILES: &[&str] = &["HEAD", "index", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];

/// A worktree to watch.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its root.
    pub root: PathBuf,
    /// Its own git directory.
    pub git_dir: PathBuf,
    /// Files that hold refs which matter.
    pub refs: Vec<PathBuf>,
}

/// Yields each time something changes, a few times a second at most; where the system's limit on watches is reached,
/// every two seconds at most. Watching ends when the stream is dropped.
///
/// # Errors
/// When a task cannot be run.
pub async fn watch(watched: Vec<Watched>) -> Result<BoxStream<'static, Result<()>>> {
    let (sender, receiver) = mpsc::channel(1);
    let pending = Arc::new(Pending::default());
    let state = (watched.clone(), Arc::clone(&pending));
    let watcher = tokio::task::spawn_blocking(move || Watching::begin(state.0, state.1))
        .await
        .map_err(Error::internal)?;
    match watcher {
        Ok(watching) => drop(tokio::spawn(report(watching, pending, sender))),
        Err(error) => {
            tracing::warn!(%error, "changes are found by polling: the system's limit on file watches is reached");
            tokio::spawn(poll(watched, sender));
        }
    }
    Ok(ReceiverStream::new(receiver).map(Ok).boxed())
}

/// What the watcher's thread has seen and nobody has been told of.
#[derive(Default)]
struct Pending {
    folders: Mutex<Vec<PathBuf>>,
    changed: Notify,
}

struct Watching {
    watched: Vec<Watched>,
    watcher: RecommendedWatcher,
    folders: usize,
}

impl Watching {
    fn begin(watched: Vec<Watched>, pending: Arc<Pending>) -> notify::Result<Self> {
        let filter = Filter::new(watched.clone());
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| match event {
            Ok(event) => filter.take(&event, &pending),
            // An overflow of the system's queue: something changed, nobody knows what.
            Err(_) => pending.changed.notify_one(),
        })?;
        let mut watching = Self { watched, watcher, folders: 0 };
        for worktree in watching.watched.clone() {
            watching.add_folders(&worktree.root)?;
            watching.watcher.watch(&worktree.git_dir, RecursiveMode::NonRecursive)?;
            for file in &worktree.refs {
                let folder = file.parent().filter(|folder| folder.is_dir());
                folder
                    .map_or(Ok(()), |folder| watching.watcher.watch(folder, RecursiveMode::NonRecursive))?;
            }
        }
        Ok(watching)
    }

    /// Watches the folders at and below `from` that git does not ignore.
    fn add_folders(&mut self, from: &Path) -> notify::Result<()> {
        for folder in not_ignored(from).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir())) {
            self.folders += 1;
            if self.folders > MOST_FOLDERS {
                return Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch));
            }
            match self.watcher.watch(folder.path(), RecursiveMode::NonRecursive) {
                // It went away again.
                Err(error) if matches!(error.kind, notify::ErrorKind::PathNotFound) => {}
                watched => watched?,
            }
        }
        Ok(())
    }
}

/// Tells of changes until nobody listens any more.
async fn report(mut watching: Watching, pending: Arc<Pending>, sender: mpsc::Sender<()>) {
    loop {
        tokio::select! {
            () = sender.closed() => return,
            () = pending.changed.notified() => {}
        }
        tokio::time::sleep(DEBOUNCE).await;
        let folders = std::mem::take(&mut *pending.folders.lock().unwrap_or_else(PoisonError::into_inner));
        let task = tokio::task::spawn_blocking(move || {
            let added = folders.iter().try_for_each(|folder| watching.add_folders(folder));
            (watching, added)
        });
        let Ok((back, added)) = task.await else { return };
        watching = back;
        // A message that still waits says the same.
        let _ = sender.try_send(());
        if added.is_err() {
            return poll(watching.watched.clone(), sender).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Decides which events matter.
struct Filter {
    watched: Vec<Watched>,
    /// The rules of each folder, as they were first read; a changed `.gitignore` empties it.
    rules: Mutex<HashMap<PathBuf, Gitignore>>,
}

impl Filter {
    fn new(watched: Vec<Watched>) -> Self {
        Self { watched, rules: Mutex::default() }
    }

    fn take(&self, event: &Event, pending: &Pending) {
        // Reading is no change; our own looking must not wake us.
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        let mut matters = event.need_rescan();
        for path in &event.paths {
            if !self.matters(path) {
                continue;
            }
            matters = true;
            let appeared = matches!(
                event.kind,
                EventKind::Create(_) | EventKind::Modify(notify::event::ModifyKind::Name(_))
            );
            if appeared && path.is_dir() && !path.is_symlink() {
                pending.folders.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
            }
        }
        if matters {
            pending.changed.notify_one();
        }
    }

    fn matters(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        self.watched.iter().any(|worktree| {
            if let Ok(within) = path.strip_prefix(&worktree.root) {
                return !within.starts_with(".git") && !self.ignored(&worktree.root, path);
            }
            let in_git =
                path.parent() == Some(&worktree.git_dir) && GIT_FILES.iter().any(|file| name == *file);
            in_git || worktree.refs.iter().any(|file| file == path)
        })
    }

    /// Whether git ignores `path`: the nearest rule that says anything decides, for it or a folder above it.
    fn ignored(&self, root: &Path, path: &Path) -> bool {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if path.file_name().is_some_and(|name| name == ".gitignore") {
            rules.clear();
            return false;
        }
        let below_root = path.ancestors().take_while(|at| *at != root);
        let is_dir = path.is_dir();
        below_root.into_iter().any(|at| {
            let folders = at.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
            let mut verdicts = folders.filter_map(|folder| {
                let rules = rules.entry(folder.to_owned()).or_insert_with(|| rules_of(folder));
                match rules.matched(at, at != path || is_dir) {
                    Match::None => None,
                    Match::Ignore(_) => Some(true),
                    Match::Whitelist(_) => Some(false),
                }
            });
            verdicts.next().unwrap_or(false)
        })
    }
}

fn rules_of(folder: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    // A file that is not there, or a line that is no rule, ignores nothing.
    let _ = builder.add(folder.join(".gitignore"));
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// What lies at and below `from` and is not ignored.
fn not_ignored(from: &Path) -> impl Iterator<Item = ignore::DirEntry> {
    let mut walk = WalkBuilder::new(from);
    walk.hidden(false).ignore(false).git_global(false).require_git(false).follow_links(false);
    walk.filter_entry(|entry| entry.file_name() != ".git").build().flatten()
}

/// Looks by itself, where the system cannot tell of changes.
async fn poll(watched: Vec<Watched>, sender: mpsc::Sender<()>) {
    let mut before = None;
    loop {
        let look = watched.clone();
        let Ok(now) = tokio::task::spawn_blocking(move || fingerprint(&look)).await else { return };
        if before.replace(now).is_some_and(|before| before != now) {
            let _ = sender.try_send(());
        }
        tokio::select! {
            () = sender.closed() => return,
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// A number that is another one when names, times or sizes are.
fn fingerprint(watched: &[Watched]) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut add = |path: &Path| {
        if let Ok(facts) = path.symlink_metadata() {
            (path, facts.mtime(), facts.mtime_nsec(), facts.size(), facts.mode()).hash(&mut hasher);
        }
    };
    for worktree in watched {
        not_ignored(&worktree.root).for_each(|entry| add(entry.path()));
        GIT_FILES.iter().for_each(|file| add(&worktree.git_dir.join(file)));
        worktree.refs.iter().for_each(|file| add(file));
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn where_the_system_cannot_tell_changes_are_still_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("tree");
        std::fs::create_dir_all(root.join("ignored")).expect("folders");
        std::fs::write(root.join(".gitignore"), "ignored\n").expect("a file");
        let (git_dir, refs) = (folder.path().join("git"), vec![folder.path().join("ref")]);
        let watched = vec![Watched { root: root.clone(), git_dir, refs: refs.clone() }];
        let before = fingerprint(&watched);
        std::fs::write(root.join("ignored/built"), "b").expect("a file");
        assert_eq!(fingerprint(&watched), before);
        std::fs::write(root.join("new"), "n").expect("a file");
        let changed = fingerprint(&watched);
        assert_ne!(changed, before);
        std::fs::write(&refs[0], "moved").expect("a file");
        assert_ne!(fingerprint(&watched), changed);
        let (sender, mut receiver) = mpsc::channel(1);
        let polling = tokio::spawn(poll(watched, sender));
        tokio::time::sleep(Duration::from_millis(200)).await;
        std::fs::write(root.join("newer"), "n").expect("a file");
        assert!(tokio::time::timeout(Duration::from_secs(10), receiver.recv()).await.is_ok());
        drop(receiver);
        tokio::time::timeout(Duration::from_secs(10), polling).await.expect("it ends").expect("it ends well");
    }
}
