//! What git gets to see of the runner's own environment.

use std::ffi::OsString;
use std::path::PathBuf;

/// The few variables that git needs; everything else of the runner's environment stays with the runner.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Where programs are found, `git` first of all.
    pub path: OsString,
    /// The user's home folder: git's global configuration, and what `~` stands for.
    pub home: PathBuf,
    /// `XDG_CONFIG_HOME`, where it is set.
    pub config_home: Option<OsString>,
    /// Socket of the user's SSH agent; given to commands that talk to a remote alone.
    pub ssh_agent: Option<OsString>,
}

impl Environment {
    /// Takes them from the environment of this process.
    #[must_use]
    #[allow(
        clippy::disallowed_methods,
        reason = "this is where the runner's main takes git's variables from"
    )]
    pub fn inherited() -> Self {
        Self {
            path: std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin")),
            home: std::env::home_dir().unwrap_or_else(|| PathBuf::from("/")),
            config_home: std::env::var_os("XDG_CONFIG_HOME"),
            ssh_agent: std::env::var_os("SSH_AUTH_SOCK"),
        }
    }
}
