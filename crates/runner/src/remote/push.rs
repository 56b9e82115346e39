//! Pushing to a remote.

use std::path::Path;
use std::time::Duration;

use switchyard_domain::Result;
use switchyard_domain::runner::RemoteAccess;

use super::scratch::Scratch;
use super::{Remotes, credential, failure};
use crate::git::redacted;

const TIMEOUT: Duration = Duration::from_secs(300);

impl Remotes {
    /// Has `branch`, a full ref, be `commit` at the remote, if that loses nothing there. Answers what git said.
    pub(crate) async fn push(
        &self,
        access: &RemoteAccess,
        objects: &Path,
        commit: &str,
        branch: &str,
    ) -> Result<String> {
        let access = &self.reached(access);
        let scratch = Scratch::new(&self.scratch, objects, "")?;
        let output = self
            .command(&scratch, access)
            .await?
            .args(["push", "--no-verify", "--no-recurse-submodules", "--no-progress", "--no-signed"])
            .args(["--", access.url.as_str(), &format!("{commit}:{branch}")])
            .timeout(TIMEOUT)
            .output()
            .await?;
        if output.code != 0 {
            return Err(failure::of_push(access, &output));
        }
        Ok(credential::without(&redacted(&output.stderr), access.credential.as_ref()))
    }
}
