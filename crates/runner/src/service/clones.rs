//! The contract's part for clones and new repositories.

use switchyard_domain::config::GitAuthor;
use switchyard_domain::credential::{GitCredential, GitHost};
use switchyard_domain::remote::RemoteUrl;
use switchyard_domain::runner::{CloneEnd, NewRepository, RemoteAccess, UnwantedClone, WantedClone};
use switchyard_domain::{Error, RepoId, Result};

use super::decode::parse;
use super::proto;
use crate::workspace::Clones;

pub(super) async fn have(clones: &Clones, wanted: proto::WantedClone) -> Result<proto::HadClone> {
    let wanted = WantedClone {
        repo_id: parse("repo_id", &wanted.repo_id)?,
        attempt: wanted.attempt,
        user_id: parse("user_id", &wanted.user_id)?,
        name: wanted.name,
        folder: wanted.folder,
        access: access(wanted.access)?,
        branches: wanted.branches,
    };
    let had = clones.have(wanted).await?;
    Ok(proto::HadClone { path: had.path, default_branch: had.default_branch, outdated: had.outdated })
}

pub(super) fn progress(clones: &Clones, request: proto::RepoRequest) -> Result<proto::CloneProgress> {
    let now = clones.progress(parse("repo_id", &request.repo_id)?);
    Ok(now.map_or_else(proto::CloneProgress::default, |now| proto::CloneProgress {
        phase: now.phase.as_str().to_owned(),
        percent: now.percent.map(u32::from),
        objects: now.objects,
        bytes: now.bytes,
    }))
}

pub(super) fn cancel(clones: &Clones, request: proto::CancelCloneRequest) -> Result<()> {
    clones.cancel(parse("repo_id", &request.repo_id)?, request.attempt);
    Ok(())
}

pub(super) async fn remove(clones: &Clones, unwanted: proto::UnwantedClone) -> Result<proto::CloneEnd> {
    let unwanted = UnwantedClone {
        repo_id: parse("repo_id", &unwanted.repo_id)?,
        user_id: parse("user_id", &unwanted.user_id)?,
        name: unwanted.name,
        access: access(unwanted.access)?,
    };
    let end = clones.remove(unwanted).await?;
    let kept = match end {
        CloneEnd::Kept(why) => why.as_str().to_owned(),
        CloneEnd::Removed | CloneEnd::Absent => String::new(),
    };
    Ok(proto::CloneEnd { there: end != CloneEnd::Absent, kept })
}

pub(super) async fn create(clones: &Clones, new: proto::NewRepository) -> Result<proto::RepoFacts> {
    let new = NewRepository {
        repo_id: parse("repo_id", &new.repo_id)?,
        user_id: parse("user_id", &new.user_id)?,
        name: new.name,
        folder: new.folder,
        author: new.author.map(|author| GitAuthor { name: author.name, email: author.email }),
    };
    let facts = clones.create(new).await?;
    Ok(proto::RepoFacts { root: facts.root, default_branch: facts.default_branch })
}

pub(super) fn named_access(named: proto::RepoAccess) -> Result<(RepoId, RemoteAccess)> {
    Ok((parse("repo_id", &named.repo_id)?, access(named.access)?))
}

fn access(sent: Option<proto::RemoteAccess>) -> Result<RemoteAccess> {
    let sent = sent.ok_or_else(|| Error::invalid("access", "This is missing."))?;
    let credential = sent.credential.map(|sent| {
        let origin = parse("origin", &sent.origin)?;
        GitCredential::new(GitHost::new(&sent.host)?, &sent.username, &sent.secret, origin)
    });
    Ok(RemoteAccess { url: RemoteUrl::new(&sent.url)?, credential: credential.transpose()? })
}
