//! Configuration on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::{Result, config as domain};
use utoipa::ToSchema;

use super::agent::AgentSpec;
use super::{mirror, present};

mirror! {
    /// How the UI looks.
    Theme = domain::Theme { System, Light, Dark }
}

/// What a user has set.
#[derive(Serialize, ToSchema)]
pub(crate) struct Config {
    theme: Theme,
    /// Address that opens a file in the person's editor: `{path}` stands for the file, `{line}` for the line.
    #[schema(required = true)]
    editor: Option<String>,
    #[schema(required = true)]
    default_agent: Option<AgentSpec>,
    branch_prefix: String,
    #[schema(required = true)]
    git_author: Option<GitAuthor>,
    notifications: Notifications,
    /// Days after which what is in the trash (discarded workspaces, deleted tasks and projects) is removed for good,
    /// 1 to 365; 0 keeps it for ever.
    trash_retention_days: u32,
    /// Hours after which a permission request that nobody answered is rejected, so that its agent goes on, 1 to 720; 0
    /// lets it wait for as long as its agent lives.
    approval_expiry_hours: u32,
    /// Lines of output that a terminal keeps, 1,000 to 100,000.
    terminal_scrollback_lines: u32,
    pub(crate) version: i64,
}

/// Whom commits are attributed to.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct GitAuthor {
    name: String,
    email: String,
}

/// How to be told of things.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Notifications {
    sound: bool,
    desktop: bool,
}

impl From<domain::StoredConfig> for Config {
    fn from(stored: domain::StoredConfig) -> Self {
        let config = stored.config;
        Self {
            theme: config.theme.into(),
            editor: config.editor,
            default_agent: config.default_agent.map(Into::into),
            branch_prefix: config.branch_prefix,
            git_author: config.git_author.map(|author| GitAuthor { name: author.name, email: author.email }),
            notifications: Notifications {
                sound: config.notifications.sound,
                desktop: config.notifications.desktop,
            },
            trash_retention_days: config.trash_retention_days,
            approval_expiry_hours: config.approval_expiry_hours,
            terminal_scrollback_lines: config.terminal_scrollback_lines,
            version: stored.version,
        }
    }
}

/// What to change; what is left out stays, null clears.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PatchConfig {
    pub(crate) version: Option<i64>,
    theme: Option<Theme>,
    /// Such as `vscode://file{path}:{line}`.
    #[serde(deserialize_with = "present")]
    editor: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    default_agent: Option<Option<AgentSpec>>,
    branch_prefix: Option<String>,
    #[serde(deserialize_with = "present")]
    git_author: Option<Option<GitAuthor>>,
    notifications: Option<Notifications>,
    /// 1 to 365, or 0 to keep what is in the trash for ever. A shorter time holds for what is there already.
    trash_retention_days: Option<u32>,
    /// 1 to 720, or 0 to let permission requests wait. A shorter time holds for those that wait already.
    approval_expiry_hours: Option<u32>,
    /// 1,000 to 100,000. It holds for terminals that are opened from then on.
    terminal_scrollback_lines: Option<u32>,
}

impl PatchConfig {
    /// `config` with the changes made.
    pub(crate) fn apply(self, mut config: domain::Config) -> Result<domain::Config> {
        if let Some(theme) = self.theme {
            config.theme = theme.into();
        }
        if let Some(editor) = self.editor {
            config.editor = editor.filter(|editor| !editor.trim().is_empty());
        }
        if let Some(agent) = self.default_agent {
            config.default_agent = agent.map(TryInto::try_into).transpose()?;
        }
        if let Some(prefix) = self.branch_prefix {
            config.branch_prefix = prefix;
        }
        if let Some(author) = self.git_author {
            config.git_author =
                author.map(|author| domain::GitAuthor { name: author.name, email: author.email });
        }
        if let Some(told) = self.notifications {
            config.notifications = domain::Notifications { sound: told.sound, desktop: told.desktop };
        }
        if let Some(days) = self.trash_retention_days {
            config.trash_retention_days = days;
        }
        if let Some(hours) = self.approval_expiry_hours {
            config.approval_expiry_hours = hours;
        }
        if let Some(lines) = self.terminal_scrollback_lines {
            config.terminal_scrollback_lines = lines;
        }
        Ok(config)
    }
}
