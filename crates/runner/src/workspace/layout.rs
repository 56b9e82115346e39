//! Where things lie: `{base}/{user}/` holds `repos/`, `worktrees/`, `trash/` and our own `.switchyard/`. A runner that keeps its
//! user's programs out of its records has these in its own folder instead.

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use switchyard_domain::id::short;
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Error, Result, UserId, WorkspaceId};

use crate::git::failure::disk;

/// A user's root and what lies below it.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    root: PathBuf,
    operations: PathBuf,
}

impl Layout {
    pub(super) fn of(base: &Path, user: UserId) -> Self {
        Self::at(base.join(user.to_string()))
    }

    fn at(root: PathBuf) -> Self {
        let operations = root.join(".switchyard/operations");
        Self { root, operations }
    }

    /// The layout with its records in another folder.
    pub(super) fn with_operations(self, operations: PathBuf) -> Self {
        Self { operations, ..self }
    }

    /// The layouts of all users that have a root below `base`.
    pub(super) fn all(base: &Path) -> Vec<Self> {
        let entries = std::fs::read_dir(base).into_iter().flatten().flatten();
        let user_roots =
            entries.filter(|entry| entry.file_name().to_string_lossy().parse::<UserId>().is_ok());
        user_roots.map(|entry| Self::at(entry.path())).collect()
    }

    /// Makes the folders that are not there yet; nobody but the user may look into them.
    pub(super) fn prepare(&self) -> Result<()> {
        for folder in [self.worktrees(), self.trash(), self.operations(), self.scratch()] {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(disk)?;
        }
        std::fs::set_permissions(&self.root, Permissions::from_mode(0o700)).map_err(disk)
    }

    pub(super) fn worktrees(&self) -> PathBuf {
        self.root.join("worktrees")
    }

    pub(super) fn trash(&self) -> PathBuf {
        self.root.join("trash")
    }

    pub(super) fn operations(&self) -> PathBuf {
        self.operations.clone()
    }

    /// Where clones are, and repositories that were made here.
    pub(super) fn repos(&self) -> PathBuf {
        self.root.join("repos")
    }

    /// Folder for temporary files; swept when the runner starts.
    pub(super) fn scratch(&self) -> PathBuf {
        self.root.join(".switchyard/scratch")
    }

    pub(super) fn record(&self, workspace: WorkspaceId) -> PathBuf {
        self.operations().join(format!("{workspace}.json"))
    }

    /// The workspace's folder while it is in use.
    pub(super) fn live(&self, folder: &str) -> PathBuf {
        self.worktrees().join(folder)
    }

    /// The workspace's folder while it is in the trash.
    pub(super) fn discarded(&self, workspace: WorkspaceId, folder: &str) -> PathBuf {
        self.trash().join(workspace.to_string()).join(folder)
    }
}

/// The folder's name: short id and a readable rest of the branch.
pub(super) fn folder_name(site: &WorkspaceSite) -> String {
    let short = short(site.id.0);
    let last = site.branch.rsplit('/').next().unwrap_or_default();
    let rest = last.strip_prefix(&short).unwrap_or(last).trim_start_matches('-');
    let readable: String =
        rest.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).take(60).collect();
    let readable = readable.trim_matches('-');
    if readable.is_empty() { short } else { format!("{short}-{readable}") }
}

/// Checks that a repo's name is one folder name.
pub(super) fn check_repo_name(name: &str) -> Result<()> {
    let bad = name.is_empty()
        || name.len() > 200
        || name.starts_with('.')
        || name.starts_with('-')
        || name.contains(['/', '\\', '\0', '\n']);
    if bad {
        return Err(Error::invalid(
            "name",
            format!("`{}` cannot be a folder's name; rename the repo.", name.escape_debug()),
        ));
    }
    Ok(())
}
