//! Projects: boards.

use serde::{Deserialize, Serialize};

use crate::access::ProjectRole;
use crate::agent::AgentSpec;
use crate::task::TaskStatus;
use crate::{Error, ProjectId, Result, Timestamp, UserId};

/// A board with its repos and settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// 1 to 200 characters.
    pub name: String,
    /// How its workspaces are made.
    pub settings: ProjectSettings,
    /// When it was put away; archived projects keep everything.
    pub archived_at: Option<Timestamp>,
    /// When it was deleted; a deleted project can be restored.
    pub deleted_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts up with each change.
    pub version: i64,
    /// Number of tasks in each status, in the order of [`TaskStatus::ALL`]; deleted ones left out.
    pub task_counts: [i64; 5],
    /// Whether it is there for those alone who are named in its access list, and for the organisation's admins.
    pub restricted: bool,
    /// What whoever asked may do in it.
    pub my_role: ProjectRole,
}

/// What a project wants of its workspaces. Stored as one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectSettings {
    /// Shell script that runs in a new worktree before the first agent turn.
    pub setup_script: Option<String>,
    /// Shell script that runs in a worktree before it is removed.
    pub cleanup_script: Option<String>,
    /// Shell script that starts the project's development server.
    pub dev_server_script: Option<String>,
    /// Globs of ignored files (such as `.env`) that are copied from the repository into a new worktree.
    pub copy_files: Vec<String>,
    /// The agent that is offered first.
    pub default_agent: Option<AgentSpec>,
    /// The branch that workspaces start from; the repository's own default when unset.
    pub default_branch: Option<String>,
    /// First part of the branch names that Switchyard makes.
    pub branch_prefix: String,
    /// The board's columns, in order; every status appears once.
    pub columns: Vec<Column>,
}

/// One column of the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The status whose tasks it shows.
    pub status: TaskStatus,
    /// Its heading.
    pub title: String,
    /// Whether the board leaves it out.
    pub hidden: bool,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        let columns = TaskStatus::ALL
            .into_iter()
            .map(|status| Column { status, title: status.title().to_owned(), hidden: false })
            .collect();
        Self {
            setup_script: None,
            cleanup_script: None,
            dev_server_script: None,
            copy_files: Vec::new(),
            default_agent: None,
            default_branch: None,
            branch_prefix: "sy".to_owned(),
            columns,
        }
    }
}

impl ProjectSettings {
    /// Checks what a person may have got wrong.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn validate(&self) -> Result<()> {
        if !valid_branch_prefix(&self.branch_prefix) {
            return Err(Error::invalid(
                "settings.branch_prefix",
                "A branch prefix has 1 to 40 letters, digits, dots, dashes, underscores and slashes.",
            ));
        }
        let all_once = self.columns.len() == TaskStatus::ALL.len()
            && TaskStatus::ALL
                .iter()
                .all(|status| self.columns.iter().any(|column| column.status == *status));
        if !all_once {
            return Err(Error::invalid(
                "settings.columns",
                "Each status needs exactly one column; hide those you do not use.",
            ));
        }
        if self
            .columns
            .iter()
            .any(|column| column.title.trim().is_empty() || column.title.chars().count() > 60)
        {
            return Err(Error::invalid("settings.columns", "A column's title has 1 to 60 characters."));
        }
        if let Some(agent) = &self.default_agent {
            agent.validate("settings.default_agent")?;
        }
        Ok(())
    }
}

/// Whether `prefix` can begin a branch name in any repository.
#[must_use]
pub fn valid_branch_prefix(prefix: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    (1..=40).contains(&prefix.len())
        && prefix.chars().all(allowed)
        && prefix.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with(['-', '.'])
                && !part.ends_with('.')
                && !part.ends_with(".lock")
        })
        && !prefix.contains("..")
}

/// Checks a project's name and trims it.
///
/// # Errors
/// `Invalid`.
pub fn validate_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::invalid("name", "A project's name has 1 to 200 characters."));
    }
    Ok(name.to_owned())
}

/// A change to a project; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct ProjectPatch {
    /// A new name.
    pub name: Option<String>,
    /// New settings, whole.
    pub settings: Option<ProjectSettings>,
    /// Put away (`true`) or take out again.
    pub archived: Option<bool>,
}
