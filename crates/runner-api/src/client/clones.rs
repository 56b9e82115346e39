//! Clones and new repositories.

use async_trait::async_trait;
use switchyard_domain::repo::{CloneProgress, RepoFacts};
use switchyard_domain::runner::{CloneEnd, HadClone, NewRepository, RunsClones, UnwantedClone, WantedClone};
use switchyard_domain::{RepoId, Result};

use super::{RemoteRunner, answer};
use crate::fault::parse;
use crate::{encode, proto};

fn repo_request(repo: RepoId) -> proto::RepoRequest {
    proto::RepoRequest { repo_id: repo.to_string() }
}

#[async_trait]
impl RunsClones for RemoteRunner {
    async fn have_clone(&self, wanted: &WantedClone) -> Result<HadClone> {
        let had = answer(self.client().have_clone(encode::wanted_clone(wanted)).await)?;
        Ok(HadClone { path: had.path, default_branch: had.default_branch, outdated: had.outdated })
    }

    async fn clone_progress(&self, repo: RepoId) -> Result<Option<CloneProgress>> {
        let now = answer(self.client().clone_progress(repo_request(repo)).await)?;
        if now.phase.is_empty() {
            return Ok(None);
        }
        Ok(Some(CloneProgress {
            phase: parse("phase", &now.phase)?,
            percent: now.percent.and_then(|percent| u8::try_from(percent).ok()),
            objects: now.objects,
            bytes: now.bytes,
        }))
    }

    async fn cancel_clone(&self, repo: RepoId, attempt: i64) -> Result<()> {
        let request = proto::CancelCloneRequest { repo_id: repo.to_string(), attempt };
        answer(self.client().cancel_clone(request).await).map(drop)
    }

    async fn remove_clone(&self, unwanted: &UnwantedClone) -> Result<CloneEnd> {
        let end = answer(self.client().remove_clone(encode::unwanted_clone(unwanted)).await)?;
        Ok(match (end.there, end.kept.as_str()) {
            (false, _) => CloneEnd::Absent,
            (true, "") => CloneEnd::Removed,
            (true, kept) => CloneEnd::Kept(parse("kept", kept)?),
        })
    }

    async fn make_repository(&self, new: &NewRepository) -> Result<RepoFacts> {
        let facts = answer(self.client().make_repository(encode::new_repository(new)).await)?;
        Ok(RepoFacts { root: facts.root, default_branch: facts.default_branch })
    }
}
