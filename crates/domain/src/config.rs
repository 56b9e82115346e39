//! A user's configuration.

use serde::{Deserialize, Serialize};

use crate::agent::AgentSpec;
use crate::project::valid_branch_prefix;
use crate::task::names;
use crate::terminal::{SCROLLBACK_BOUNDS, SCROLLBACK_LINES};
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
    /// Address that opens a file in the person's editor, such as `vscode://file{path}:{line}`: `{path}` stands for the
    /// file's whole path, `{line}` for the line. Editors answer to addresses of their own, so that nothing is run.
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
    /// How long a permission request waits for an answer, in hours; 0 lets it wait for as long as its agent lives.
    pub approval_expiry_hours: u32,
    /// Lines of output that terminals keep which are opened from now on.
    pub terminal_scrollback_lines: u32,
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
            approval_expiry_hours: 24,
            terminal_scrollback_lines: SCROLLBACK_LINES,
        }
    }
}

impl Config {
    /// Days after which discarded work is removed for good; `None` when it is kept for ever.
    #[must_use]
    pub fn trash_retention(&self) -> Option<u32> {
        (self.trash_retention_days > 0).then_some(self.trash_retention_days)
    }

    /// Hours after which an unanswered permission request is rejected; `None` when it waits on.
    #[must_use]
    pub fn approval_expiry(&self) -> Option<u32> {
        (self.approval_expiry_hours > 0).then_some(self.approval_expiry_hours)
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
        if self.approval_expiry_hours > 720 {
            return Err(Error::invalid(
                "approval_expiry_hours",
                "A permission request waits between 1 and 720 hours, or as long as its agent lives with 0.",
            ));
        }
        if !SCROLLBACK_BOUNDS.contains(&self.terminal_scrollback_lines) {
            return Err(Error::invalid(
                "terminal_scrollback_lines",
                "A terminal keeps between 1,000 and 100,000 lines.",
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
        if self.editor.as_deref().is_some_and(|editor| !valid_editor(editor)) {
            return Err(Error::invalid(
                "editor",
                "An editor's address begins with its scheme and has a place for {path}, as in vscode://file{path}:{line}.",
            ));
        }
        Ok(())
    }
}

/// Schemes that a browser takes for a page, a file or a script rather than hand it to another program.
const NOT_EDITORS: [&str; 9] =
    ["about", "blob", "data", "file", "ftp", "http", "https", "javascript", "vbscript"];

fn valid_editor(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else { return false };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '.' | '-'))
        && !NOT_EDITORS.contains(&scheme)
        && rest.contains("{path}")
        && address.len() <= 500
        && !address.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// A configuration with the version that edits must name.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredConfig {
    /// What is set.
    pub config: Config,
    /// 0 where nothing was stored yet.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_is_an_address_of_another_program_with_a_place_for_the_file() {
        let with = |editor: &str| Config { editor: Some(editor.to_owned()), ..Config::default() }.validate();
        for good in ["vscode://file{path}:{line}", "zed://file{path}", "idea://open?file={path}&line={line}"]
        {
            assert!(with(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "code {path}",
            "vscode://file",
            "javascript:alert('{path}')",
            "JavaScript:{path}",
            "https://example.org/{path}",
            "data:text/html,{path}",
            "x y:{path}",
            "a:\n{path}",
        ] {
            assert_eq!(with(bad).unwrap_err().field, Some("editor"), "{bad}");
        }
    }
}
