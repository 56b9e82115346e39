//! Pushing a workspace's branch.

use std::time::Duration;

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::workspace::Pushed;
use switchyard_domain::{Error, Result};

use super::Workspaces;
use crate::git::names::branch_ref;
use crate::git::{GitCommand, Repository, redacted};

const TIMEOUT: Duration = Duration::from_secs(300);

impl Workspaces {
    /// Pushes the branch to `remote`, or to the remote that git's configuration means.
    ///
    /// # Errors
    /// `Conflict`: `no_remote`, `push_rejected`, `push_failed` with what git said. `Unavailable`: `git_timeout`.
    pub async fn push(&self, site: &WorkspaceSite, remote: Option<&str>) -> Result<Pushed> {
        let (ours, site, remote) = (self.clone(), site.clone(), remote.map(str::to_owned));
        self.exclusively(site.id, async move {
            let open = ours.open_for_change(&site).await?;
            let branch = open.record.branch.clone();
            let (mut names, mut said) = (Vec::new(), Vec::new());
            for repo in &open.repos {
                // From the repository's own folder, since a remote may be a path relative to it.
                let main = Repository::open(&ours.git, repo.spec.repo_path.as_ref()).await?;
                let remote = remote_for(&main, &branch, remote.as_deref()).await?;
                said.push(push(&ours, &main, &branch, &remote).await?);
                if !names.contains(&remote) {
                    names.push(remote);
                }
            }
            Ok(Pushed { remote: names.join(", "), branch, output: said.join("\n") })
        })
        .await
    }
}

/// The remote to push to: the one named, the one that configuration names, `origin`, or the only one.
async fn remote_for(main: &Repository, branch: &str, named: Option<&str>) -> Result<String> {
    let listed = main.bare_command().arg("remote").text().await?;
    let remotes: Vec<&str> = listed.lines().collect();
    if let Some(named) = named {
        return remotes
            .iter()
            .find(|remote| **remote == named)
            .map(|remote| (*remote).to_owned())
            .ok_or_else(|| {
                let known = if remotes.is_empty() { "none".to_owned() } else { remotes.join(", ") };
                Error::conflict(
                    "no_remote",
                    format!("There is no remote `{named}` here. Known remotes: {known}."),
                )
            });
    }
    for key in [
        format!("branch.{branch}.pushRemote"),
        "remote.pushDefault".to_owned(),
        format!("branch.{branch}.remote"),
    ] {
        let output = main.bare_command().args(["config", "--get", &key]).output().await?;
        if let Some(remote) = remotes.iter().find(|remote| **remote == output.text()) {
            return Ok((*remote).to_owned());
        }
    }
    match remotes.as_slice() {
        [only] => Ok((*only).to_owned()),
        remotes if remotes.contains(&"origin") => Ok("origin".to_owned()),
        [] => Err(Error::conflict(
            "no_remote",
            format!(
                "{} has no remote to push to. Add one with `git remote add origin <url>`.",
                main.work_tree.display()
            ),
        )),
        _ => {
            Err(Error::conflict("no_remote", format!("Say which remote to push to: {}.", remotes.join(", "))))
        }
    }
}

async fn push(workspaces: &Workspaces, main: &Repository, branch: &str, remote: &str) -> Result<String> {
    let branch = branch_ref(branch);
    let command = with_access(workspaces, main).await?;
    let output = command
        .args(["push", "--no-verify", "--no-recurse-submodules", "--no-progress", "--no-signed"])
        // The repository's own `remote.<name>.receivepack` would be run on this machine for a remote that is a folder.
        .args(["--receive-pack=git-receive-pack", "--", remote, &format!("{branch}:{branch}")])
        .timeout(TIMEOUT)
        .output()
        .await?;
    let said = redacted(&output.stderr);
    if output.code == 0 {
        return Ok(said);
    }
    if said.contains("[rejected]") || said.contains("non-fast-forward") {
        let message = format!(
            "`{remote}` has commits on this branch that are not here. Fetch and merge them first.\n{said}"
        );
        return Err(Error::conflict("push_rejected", message));
    }
    Err(Error::conflict("push_failed", format!("The push to `{remote}` did not go through.\n{said}")))
}

/// A command that may talk to a remote: with the user's and the system's own ssh command, credential helpers and SSH
/// agent, and without what the repository's configuration says about them.
async fn with_access(workspaces: &Workspaces, main: &Repository) -> Result<GitCommand> {
    let listed = main.bare_command().args(["config", "--list", "--show-scope", "-z"]).bytes().await?;
    let mut command = main.command().variable("GIT_ALLOW_PROTOCOL", "file:http:https:ssh");
    let mut ssh = "ssh".to_owned();
    let mut fields = listed.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    while let (Some(scope), Some(entry)) = (fields.next(), fields.next()) {
        let Some((key, value)) = entry.split_once('\n').filter(|_| matches!(&*scope, "system" | "global"))
        else {
            continue;
        };
        if key.starts_with("credential.") {
            command = command.config(key, value);
        } else if key == "core.sshcommand" {
            value.clone_into(&mut ssh);
        }
    }
    if let Some(agent) = &workspaces.git.environment().ssh_agent {
        command = command.variable("SSH_AUTH_SOCK", agent);
    }
    // Nobody is there to answer a question of ssh's.
    Ok(command.variable("GIT_SSH_COMMAND", format!("{ssh} -o BatchMode=yes")))
}
