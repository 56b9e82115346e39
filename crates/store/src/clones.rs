//! Clones: each user's own copy of a repository at a remote.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::Verb;
use switchyard_domain::repo::{CloneChange, CloneStatus, Repo, RepoClone, RepoPlace};
use switchyard_domain::{Error, RepoId, Result};

use crate::repos;
use crate::value::{values, without_nul};
use crate::write::Write;

/// Notes how the acting user's clone stands, and tells of it where that changed.
pub(crate) async fn change(write: &mut Write<'_>, id: RepoId, wanted: &CloneChange) -> Result<Repo> {
    let scope = write.scope();
    let repo = repos::find(write.tx, &scope, id).await?;
    write.require(repo.project_id, ProjectRole::Editor).await?;
    let RepoPlace::Remote { clone, .. } = &repo.place else {
        let text = "This repository is in a folder, and is not cloned.";
        return Err(Error::conflict("repo_not_remote", text));
    };
    let Some(next) = next(clone.as_ref(), wanted, write.act.at) else { return Ok(repo) };
    let default_branch = match wanted {
        CloneChange::Ready { default_branch, .. } if repo.default_branch.is_empty() => Some(default_branch),
        _ => None,
    };
    if let Some(branch) = default_branch {
        let sql = "UPDATE repos SET default_branch = $3 WHERE org_id = $1 AND id = $2";
        write.tx.execute(sql, &values![scope.org(), id, branch]).await?;
    }
    let [repo_id, org, user, status, path, reason, error, at] = values![
        id,
        scope.org(),
        scope.user(),
        next.status.as_str(),
        &next.path,
        next.reason.as_deref(),
        next.error.as_deref(),
        next.updated_at
    ];
    write
        .tx
        .execute(
            "INSERT INTO repo_clones (repo_id, org_id, user_id, status, path, reason, error, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
             ON CONFLICT (repo_id, user_id) DO UPDATE SET status = excluded.status, path = excluded.path,
                 reason = excluded.reason, error = excluded.error, updated_at = excluded.updated_at",
            &[repo_id, org, user, status, path, reason, error, at],
        )
        .await?;
    let sql = "UPDATE repos SET version = version + 1 WHERE org_id = $1 AND id = $2";
    write.tx.execute(sql, &values![scope.org(), id]).await?;
    let repo = repos::find(write.tx, &scope, id).await?;
    let details = [("clone", next.status.as_str().to_owned()), ("reason", next.reason.unwrap_or_default())];
    let details = if details[1].1.is_empty() { &details[..1] } else { &details[..] };
    write.record(repos::change(&repo, Verb::Updated), details).await?;
    Ok(repo)
}

/// The clone after a change; `None` where it stays as it is.
fn next(
    now: Option<&RepoClone>,
    wanted: &CloneChange,
    at: switchyard_domain::Timestamp,
) -> Option<RepoClone> {
    let known = |now: Option<&RepoClone>| now.map(|clone| clone.path.clone()).unwrap_or_default();
    let next = match wanted {
        CloneChange::Begin { .. } if now.is_some_and(|clone| clone.status != CloneStatus::Failed) => {
            return None;
        }
        CloneChange::Begin { folder } => RepoClone {
            status: CloneStatus::Cloning,
            path: folder.as_deref().map_or_else(|| known(now), without_nul),
            reason: None,
            error: None,
            updated_at: at,
        },
        CloneChange::Ready { path, outdated, .. } => RepoClone {
            status: CloneStatus::Ready,
            path: without_nul(path),
            reason: None,
            error: outdated.as_deref().map(without_nul),
            updated_at: at,
        },
        CloneChange::Failed { reason, error } => RepoClone {
            status: CloneStatus::Failed,
            path: known(now),
            reason: Some(without_nul(reason)),
            error: Some(without_nul(error)),
            updated_at: at,
        },
    };
    let same = now.is_some_and(|now| RepoClone { updated_at: at, ..now.clone() } == next);
    (!same).then_some(next)
}
