//! Pushing a workspace's branch.

use std::time::Duration;

use switchyard_domain::runner::{RemoteAccess, WorkspaceSite};
use switchyard_domain::workspace::Pushed;
use switchyard_domain::{Error, RepoId, Result};

use super::Workspaces;
use crate::git::names::branch_ref;
use crate::git::{GitCommand, Repository, redacted};
use crate::remote::{Remotes, as_the_person};

const TIMEOUT: Duration = Duration::from_secs(300);

impl Workspaces {
    /// Pushes the branch to `remote`, or to the remote that git's configuration means.
    ///
    /// # Errors
    /// `Conflict`: `no_remote`, `push_rejected`, `push_failed` with what git said. `Unavailable`: `git_timeout`.
    pub async fn push(&self, site: &WorkspaceSite, remote: Option<&str>) -> Result<Pushed> {
        self.push_by_url(site, remote, None, Vec::new()).await
    }

    /// The same, with repos among them that are pushed by URL.
    ///
    /// # Errors
    /// As [`Self::push`], and what is told of remotes.
    pub async fn push_by_url(
        &self,
        site: &WorkspaceSite,
        remote: Option<&str>,
        remotes: Option<&Remotes>,
        by_url: Vec<(RepoId, RemoteAccess)>,
    ) -> Result<Pushed> {
        let (ours, site, remote) = (self.clone(), site.clone(), remote.map(str::to_owned));
        let remotes = remotes.cloned();
        self.exclusively(site.id, async move {
            let open = ours.open_for_change(&site).await?;
            let branch = open.record.branch.clone();
            let (mut names, mut said) = (Vec::new(), Vec::new());
            for repo in &open.repos {
                // From the repository's own folder, since a remote may be a path relative to it.
                let main = Repository::open(&ours.git, repo.spec.repo_path.as_ref()).await?;
                let access = by_url.iter().find(|(id, _)| *id == repo.spec.repo_id).map(|(_, access)| access);
                let remote = match (&remotes, access) {
                    (Some(remotes), Some(access)) => {
                        let tip = main.base_tip(&branch).await?;
                        let objects = main.common_dir.join("objects");
                        said.push(remotes.push(access, &objects, &tip, &branch_ref(&branch)).await?);
                        access.url.to_string()
                    }
                    _ => {
                        let remote = remote_for(&main, &branch, remote.as_deref()).await?;
                        said.push(push(&ours, &main, &branch, &remote).await?);
                        remote
                    }
                };
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
    let command = main.command().variable("GIT_ALLOW_PROTOCOL", "file:http:https:ssh");
    as_the_person(&workspaces.git, main.bare_command(), command, true).await
}
