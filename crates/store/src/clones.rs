//! Clones: each user's own copy of a repository at a remote.

use switchyard_domain::access::ProjectRole;
use switchyard_domain::event::Verb;
use switchyard_domain::repo::{CLONE_WITHDRAWN, CloneChange, CloneStatus, Repo, RepoClone, RepoPlace};
use switchyard_domain::{Error, RepoId, Result, Timestamp};

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
    let Some(next) = next(clone.as_ref(), wanted, write.act.at)? else { return Ok(repo) };
    let default_branch = match wanted {
        CloneChange::Ready { default_branch, .. } if repo.default_branch.is_empty() => Some(default_branch),
        _ => None,
    };
    if let Some(branch) = default_branch {
        let sql = "UPDATE repos SET default_branch = $3 WHERE org_id = $1 AND id = $2";
        write.tx.send(sql, &values![scope.org(), id, branch]).await?;
    }
    let [repo_id, org, user, status, attempt, path, reason, error, at] = values![
        id,
        scope.org(),
        scope.user(),
        next.status.as_str(),
        next.attempt,
        &next.path,
        next.reason.as_deref(),
        next.error.as_deref(),
        next.updated_at
    ];
    write
        .tx
        .send(
            "INSERT INTO repo_clones (repo_id, org_id, user_id, status, attempt, path, reason, error, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
             ON CONFLICT (repo_id, user_id) DO UPDATE SET status = excluded.status, attempt = excluded.attempt,
                 path = excluded.path, reason = excluded.reason, error = excluded.error,
                 updated_at = excluded.updated_at",
            &[repo_id, org, user, status, attempt, path, reason, error, at],
        )
        .await?;
    let sql = "UPDATE repos SET version = version + 1 WHERE org_id = $1 AND id = $2";
    write.tx.send(sql, &values![scope.org(), id]).await?;
    let repo = repos::find(write.tx, &scope, id).await?;
    let details = [("clone", next.status.as_str().to_owned()), ("reason", next.reason.unwrap_or_default())];
    let details = if details[1].1.is_empty() { &details[..1] } else { &details[..] };
    write.record(repos::change(&repo, Verb::Updated), details).await?;
    Ok(repo)
}

/// The clone after a change; `None` where it stays as it is.
fn next(now: Option<&RepoClone>, wanted: &CloneChange, at: Timestamp) -> Result<Option<RepoClone>> {
    let cloning = now.is_some_and(|now| now.status == CloneStatus::Cloning);
    let (last, path) = now.map_or((0, ""), |now| (now.attempt, &now.path));
    let next = match wanted {
        CloneChange::Begin { .. } if now.is_some_and(|now| now.status != CloneStatus::Failed) => None,
        CloneChange::Begin { folder } => Some(RepoClone {
            status: CloneStatus::Cloning,
            attempt: last + 1,
            path: without_nul(folder.as_deref().unwrap_or(path)),
            reason: None,
            error: None,
            updated_at: at,
        }),
        CloneChange::Cancel if !cloning => {
            let text = "Nothing is being cloned at the moment.";
            return Err(Error::conflict("clone_not_under_way", text));
        }
        CloneChange::Cancel => Some(RepoClone {
            status: CloneStatus::Failed,
            attempt: last,
            path: path.to_owned(),
            reason: Some("clone_cancelled".to_owned()),
            error: Some("Cloning was cancelled. Try again when you want it.".to_owned()),
            updated_at: at,
        }),
        CloneChange::Withdraw { error } => now.filter(|_| cloning).map(|now| RepoClone {
            status: CloneStatus::Failed,
            attempt: last,
            path: now.path.clone(),
            reason: Some(CLONE_WITHDRAWN.to_owned()),
            error: Some(without_nul(error)),
            updated_at: at,
        }),
        CloneChange::WithdrawUpdate { error } => {
            now.filter(|now| now.status == CloneStatus::Ready).map(|now| RepoClone {
                attempt: last + 1,
                error: Some(without_nul(error)),
                updated_at: at,
                ..now.clone()
            })
        }
        CloneChange::Ready { attempt, path, outdated, .. } => of_attempt(now, *attempt).map(|_| RepoClone {
            status: CloneStatus::Ready,
            attempt: *attempt,
            path: without_nul(path),
            reason: None,
            error: outdated.as_deref().map(without_nul),
            updated_at: at,
        }),
        CloneChange::Failed { attempt, reason, error } => of_attempt(now, *attempt).map(|now| RepoClone {
            status: CloneStatus::Failed,
            attempt: *attempt,
            path: now.path.clone(),
            reason: Some(without_nul(reason)),
            error: Some(without_nul(error)),
            updated_at: at,
        }),
    };
    Ok(next.filter(|next| now.is_none_or(|now| RepoClone { updated_at: at, ..now.clone() } != *next)))
}

/// The clone while this attempt at it is not over.
fn of_attempt(now: Option<&RepoClone>, attempt: i64) -> Option<&RepoClone> {
    now.filter(|now| now.attempt == attempt && now.status != CloneStatus::Failed)
}
