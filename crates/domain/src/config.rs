//! A user's configuration.

use serde::{Deserialize, Serialize};

use crate::agent::AgentSpec;
use crate::project::valid_branch_prefix;
use crate::task::names;
use crate::{Error, Result};

/// How the UI looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}
names!(Theme { System = "system", Light = "light", Dark = "dark" });

/// What a user has set; stored as one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// How the UI looks.
    pub theme: Theme,
    /// Command that opens an editor; `{path}` stands for the file.
    pub editor: Option<String>,
    /// The agent offered first where the project names none.
    pub default_agent: Option<AgentSpec>,
    /// First part of branch names where the project names none.
    pub branch_prefix: String,
    /// Whom merges and checkpoints are attributed to; git's own configuration when unset.
    pub git_author: Option<GitAuthor>,
    /// How to be told that a turn ended or an approval waits.
    pub notifications: Notifications,
    /// How long discarded work stays restorable, in days; 0 keeps it for ever.
    pub trash_retention_days: u32,
}

/// A name and address for commits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitAuthor {
    /// Name.
    pub name: String,
    /// Electronic mail address.
    pub email: String,
}

/// How to be told of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    /// Play a sound.
    pub sound: bool,
    /// Show a desktop notification.
    pub desktop: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            editor: None,
            default_agent: None,
            branch_prefix: "sy".to_owned(),
            git_author: None,
            notifications: Notifications { sound: false, desktop: false },
            trash_retention_days: 30,
        }
    }
}

impl Config {
    /// Days after which discarded work is removed for good; `None` when it is kept for ever.
    #[must_use]
    pub fn trash_retention(&self) -> Option<u32> {
        (self.trash_retention_days > 0).then_some(self.trash_retention_days)
    }

    /// Checks what a person may have got wrong.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn validate(&self) -> Result<()> {
        if !valid_branch_prefix(&self.branch_prefix) {
            return Err(Error::invalid(
                "branch_prefix",
                "A branch prefix has 1 to 40 letters, digits, dots, dashes, underscores and slashes.",
            ));
        }
        if self.trash_retention_days > 365 {
            return Err(Error::invalid(
                "trash_retention_days",
                "Discarded work is kept between 1 and 365 days, or for ever with 0.",
            ));
        }
        if let Some(author) = &self.git_author {
            let bad = |text: &str| text.trim().is_empty() || text.contains(['<', '>', '\n', '\0']);
            if bad(&author.name) || bad(&author.email) {
                return Err(Error::invalid(
                    "git_author",
                    "A git author has a name and an address, without < and >.",
                ));
            }
        }
        if let Some(agent) = &self.default_agent {
            agent.validate("default_agent")?;
        }
        Ok(())
    }
}

/// A configuration with the version that edits must name.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredConfig {
    /// What is set.
    pub config: Config,
    /// 0 where nothing was stored yet.
    pub version: i64,
}
