//! Building git commands.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Environment;

/// Configuration that no repository may overrule. It is passed in variables rather than by `-c`, because a name
/// with `=` in it would be cut at the wrong place there.
const HARDENING: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.pager", "cat"),
    ("core.quotePath", "false"),
    ("core.askPass", ""),
    ("credential.helper", ""),
    ("credential.interactive", "false"),
    ("protocol.ext.allow", "never"),
    ("submodule.recurse", "false"),
    ("diff.ignoreSubmodules", "dirty"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("commit.gpgSign", "false"),
    ("tag.gpgSign", "false"),
    ("push.gpgSign", "false"),
    ("log.showSignature", "false"),
    ("merge.verifySignatures", "false"),
    ("rerere.enabled", "false"),
    ("color.ui", "false"),
    ("user.useConfigOnly", "true"),
    ("worktree.useRelativePaths", "false"),
    ("advice.addEmbeddedRepo", "false"),
    ("advice.detachedHead", "false"),
];

/// How long a command may take unless it says otherwise.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Bytes of output that are kept unless the command says otherwise.
const LIMIT: usize = 64 * 1024 * 1024;

/// Runs git.
#[derive(Clone, Debug)]
pub struct Git {
    environment: Arc<Environment>,
}

impl Git {
    /// Runs git with what `environment` gives it.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment: Arc::new(environment) }
    }

    /// What git gets to see of the outside.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Begins a command that runs in `dir`. All git commands of the runner begin here.
    pub fn command(&self, dir: &Path) -> GitCommand {
        let mut command = GitCommand {
            dir: dir.to_owned(),
            args: Vec::with_capacity(16),
            variables: Vec::with_capacity(24),
            configuration: HARDENING
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            input: Vec::new(),
            limit: LIMIT,
            timeout: TIMEOUT,
            private: false,
            handed: None,
        };
        let environment = &*self.environment;
        command = command
            .variable("PATH", &environment.path)
            .variable("HOME", &environment.home)
            .variable("LANG", "C.UTF-8")
            .variable("LC_ALL", "C.UTF-8")
            .variable("GIT_TERMINAL_PROMPT", "0")
            .variable("GIT_ASKPASS", "")
            .variable("GIT_EDITOR", ":")
            .variable("GIT_SEQUENCE_EDITOR", ":")
            .variable("GIT_PAGER", "cat")
            .variable("GIT_OPTIONAL_LOCKS", "0")
            .variable("GIT_LITERAL_PATHSPECS", "1")
            // What talks to a remote says so; a lazy fetch would run what the repository names as transport.
            .variable("GIT_NO_LAZY_FETCH", "1")
            .variable("GIT_ALLOW_PROTOCOL", "none");
        match &environment.config_home {
            Some(folder) => command.variable("XDG_CONFIG_HOME", folder),
            None => command,
        }
    }
}

/// A git command that is being put together.
#[derive(Debug)]
#[must_use]
pub struct GitCommand {
    pub(super) dir: PathBuf,
    pub(super) args: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    configuration: Vec<(String, String)>,
    pub(super) input: Vec<u8>,
    pub(super) limit: usize,
    pub(super) timeout: Duration,
    pub(super) private: bool,
    pub(super) handed: Option<OwnedFd>,
}

impl GitCommand {
    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable; a later value of the same name wins.
    pub fn variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Adds configuration that overrules the repository's.
    pub fn config(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.configuration.push((key.into(), value.into()));
        self
    }

    /// Adds configuration that overrules the repository's.
    pub fn configs(mut self, pairs: &[(String, String)]) -> Self {
        self.configuration.extend_from_slice(pairs);
        self
    }

    /// Works on another index than the worktree's own.
    pub fn index(self, file: &Path) -> Self {
        self.variable("GIT_INDEX_FILE", file)
    }

    /// Sends `bytes` to the command's standard input.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Ends the command with an error once it has taken this long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets the command reach the runner's private folder. For commands that run nothing of anybody's.
    pub fn privately(mut self) -> Self {
        self.private = true;
        self
    }

    /// Has the command, and no other child, inherit a descriptor under the number that it has here.
    pub fn handing_down(mut self, descriptor: OwnedFd) -> Self {
        self.private = true;
        self.handed = Some(descriptor);
        self
    }

    /// The variables of the child: all that it gets.
    pub(super) fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut variables = self.variables.clone();
        variables.push(("GIT_CONFIG_COUNT".into(), self.configuration.len().to_string().into()));
        for (at, (key, value)) in self.configuration.iter().enumerate() {
            variables.push((format!("GIT_CONFIG_KEY_{at}").into(), key.into()));
            variables.push((format!("GIT_CONFIG_VALUE_{at}").into(), value.into()));
        }
        variables
    }
}
