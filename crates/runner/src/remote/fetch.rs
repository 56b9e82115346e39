//! Looking at a remote, and fetching from it.

use std::path::Path;

use switchyard_domain::Result;
use switchyard_domain::runner::RemoteAccess;

use super::scratch::Scratch;
use super::watch::{Tell, watched};
use super::{Remotes, failure};
use crate::git::names::check_branch;

/// Where the remote's branches are known.
pub(crate) const TRACKING: &str = "refs/remotes/origin/";

/// A remote that answers.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its address, as its host wants it.
    pub(crate) access: RemoteAccess,
    /// The branch that its `HEAD` names.
    pub(crate) default_branch: String,
}

/// What a fetch came to: refs and the objects that they name.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) refs: Vec<(String, String)>,
}

impl Remotes {
    /// Looks whether the remote is there and lets its caller in.
    pub(crate) async fn look(&self, access: &RemoteAccess, tell: Tell<'_>) -> Result<Found> {
        let access = &self.reached(access);
        match self.look_at(access, tell).await {
            Err(error) if failure::is_moved(&error) => match access.url.with_suffix() {
                Some(url) => {
                    let access = RemoteAccess { url, credential: access.credential.clone() };
                    self.look_at(&access, tell).await.map_err(|_| error)
                }
                None => Err(error),
            },
            other => other,
        }
    }

    async fn look_at(&self, access: &RemoteAccess, tell: Tell<'_>) -> Result<Found> {
        let scratch = Scratch::bare(&self.scratch)?;
        let command = self.command(&scratch, access).await?;
        let command = command.args(["ls-remote", "--symref", "--", access.url.as_str(), "HEAD"]);
        let output = watched(command, &access.url, scratch.objects(), &self.rules, tell).await?;
        if output.code != 0 {
            return Err(failure::of(access, &output));
        }
        let said = output.text();
        if said.is_empty() {
            return Err(failure::empty(&access.url));
        }
        let named =
            said.lines().find_map(|line| line.strip_prefix("ref: refs/heads/")?.strip_suffix("\tHEAD"));
        let default_branch = named.unwrap_or("main").to_owned();
        check_branch(&default_branch)?;
        Ok(Found { access: access.clone(), default_branch })
    }

    /// Fetches the remote's branches, and the tags that go with them, into the objects of a clone which knows `refs` of
    /// it already, as lines of `packed-refs`.
    pub(crate) async fn fetch(
        &self,
        access: &RemoteAccess,
        objects: &Path,
        refs: &str,
        tell: Tell<'_>,
    ) -> Result<Update> {
        let access = &self.reached(access);
        let scratch = Scratch::new(&self.scratch, objects, refs)?;
        let command = self
            .command(&scratch, access)
            .await?
            .args(["fetch", "--progress", "--prune", "--no-write-fetch-head", "--no-recurse-submodules"])
            .args(["--no-auto-maintenance", "--", access.url.as_str()])
            .arg(format!("+refs/heads/*:{TRACKING}*"));
        let output = watched(command, &access.url, scratch.objects(), &self.rules, tell).await?;
        if output.code != 0 {
            return Err(failure::of(access, &output));
        }
        let list = scratch.command(&self.git).args(["for-each-ref", "--format=%(objectname) %(refname)"]);
        let listed = list.text().await?;
        // A branch that is called HEAD would stand for the remote's default one, and move that instead.
        let is_head = |name: &str| name.strip_prefix(TRACKING) == Some("HEAD");
        let pair = |line: &str| {
            let (id, name) = line.split_once(' ').filter(|(_, name)| !is_head(name))?;
            Some((name.to_owned(), id.to_owned()))
        };
        Ok(Update { refs: listed.lines().filter_map(pair).collect() })
    }
}
