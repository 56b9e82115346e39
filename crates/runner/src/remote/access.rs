//! Commands that may talk to a remote.

use switchyard_domain::Result;
use switchyard_domain::remote::Transport;
use switchyard_domain::runner::RemoteAccess;

use super::scratch::Scratch;
use super::{Remotes, address, credential};
use crate::git::{Git, GitCommand};

impl Remotes {
    /// The remote as it is reached from here: nobody has a key on a machine of many.
    pub(super) fn reached(&self, access: &RemoteAccess) -> RemoteAccess {
        let url = if self.rules.apart { access.url.by_https() } else { access.url.clone() };
        RemoteAccess { url, credential: access.credential.clone() }
    }

    /// A command in `scratch` that may talk to this remote and to no other, as whom `access` says.
    pub(super) async fn command(&self, scratch: &Scratch, access: &RemoteAccess) -> Result<GitCommand> {
        let url = &access.url;
        self.rules.check_transport(url)?;
        let pinned = address::pinned(&self.rules, url).await?;
        let protocol = match url.transport() {
            Transport::Http => "http",
            Transport::Https if self.rules.apart => "https",
            Transport::Ssh if self.rules.apart => "ssh",
            // A person's own configuration may say that a host is reached the other way (`url.….insteadOf`).
            Transport::Https | Transport::Ssh => "https:ssh",
        };
        let mut command = scratch.command(&self.git);
        if self.rules.apart {
            // What is in the user's home was put there by anybody, an agent for instance.
            command = command.variable("GIT_CONFIG_GLOBAL", "/dev/null").variable("HOME", scratch.path());
        } else {
            let listed = scratch.command(&self.git);
            command = as_the_person(&self.git, listed, command, access.credential.is_none()).await?;
        }
        command = command
            .variable("GIT_ALLOW_PROTOCOL", protocol)
            .config("http.followRedirects", "false")
            .config("transfer.bundleURI", "false")
            .config("fetch.unpackLimit", "1")
            .config("fetch.writeCommitGraph", "false");
        if let Some(pinned) = pinned {
            command = command.config("http.curloptResolve", pinned);
        }
        match &access.credential {
            Some(credential) => credential::hand(command, url, credential),
            None => Ok(command),
        }
    }
}

/// `command` with the user's and the system's own ssh command and SSH agent and, where wanted, credential helpers, as
/// `list` shows them, and without what the repository's configuration says about them.
pub(crate) async fn as_the_person(
    git: &Git,
    list: GitCommand,
    mut command: GitCommand,
    with_helpers: bool,
) -> Result<GitCommand> {
    let listed = list.args(["config", "--list", "--show-scope", "-z"]).bytes().await?;
    let mut ssh = "ssh".to_owned();
    let mut fields = listed.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    while let (Some(scope), Some(entry)) = (fields.next(), fields.next()) {
        let Some((key, value)) = entry.split_once('\n').filter(|_| matches!(&*scope, "system" | "global"))
        else {
            continue;
        };
        if key.starts_with("credential.") && with_helpers {
            command = command.config(key, value);
        } else if key == "core.sshcommand" {
            value.clone_into(&mut ssh);
        }
    }
    if let Some(agent) = &git.environment().ssh_agent {
        command = command.variable("SSH_AUTH_SOCK", agent);
    }
    // Nobody is there to answer a question of ssh's.
    Ok(command.variable("GIT_SSH_COMMAND", format!("{ssh} -o BatchMode=yes")))
}
