//! What the runner does with workspaces when it starts, and with those that nobody wants any more.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Error, Result, WorkspaceId};

use super::layout::Layout;
use super::record::{Record, Stage, blocking};
use super::site::main_repository;
use super::{Workspaces, relink, stale_locks};

/// A workspace that a killed runner had left half done.
#[derive(Debug)]
pub struct Recovered {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Why it could not be finished; it is tried again when the operation is asked for again.
    pub error: Option<Error>,
}

impl Workspaces {
    /// Finishes everything that a killed runner left half done. To be called before anything else.
    ///
    /// # Errors
    /// None of a single workspace's: those are in the answer.
    pub async fn recover(&self) -> Result<Vec<Recovered>> {
        let mut recovered = Vec::new();
        for layout in self.layouts() {
            sweep(&layout.scratch());
            for entry in std::fs::read_dir(layout.operations()).into_iter().flatten().flatten() {
                if entry.path().extension().is_none_or(|extension| extension != "json") {
                    continue;
                }
                let read = Record::read(&entry.path());
                if let Ok(Some(record)) = &read {
                    stale_locks::remove(&layout, record).await;
                }
                match read {
                    Ok(Some(record)) if !matches!(record.stage, Stage::Ready | Stage::Discarded) => {
                        let workspace = record.workspace;
                        tracing::info!(%workspace, stage = ?record.stage, "finishing what was left half done");
                        let (ours, layout) = (self.clone(), layout.clone());
                        let finished =
                            self.exclusively(workspace, async move { ours.finish(&layout, record).await });
                        recovered.push(Recovered { workspace, error: finished.await.err() });
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(file = %entry.path().display(), ?error, "unreadable record")
                    }
                }
            }
        }
        Ok(recovered)
    }

    async fn finish(&self, layout: &Layout, mut record: Record) -> Result<()> {
        match record.stage {
            Stage::Making { .. } => self.continue_make(layout, &mut record).await,
            Stage::Moving { .. } | Stage::Merging { .. } => {
                self.open_for_change(&record.site()).await.map(drop)
            }
            Stage::Discarding => self.continue_discard(layout, &mut record).await,
            Stage::Restoring => self.continue_restore(layout, &mut record).await,
            Stage::Purging => self.continue_purge(layout, &record).await,
            Stage::Ready | Stage::Discarded => Ok(()),
        }
    }

    /// Removes a discarded workspace for good, with its checkpoints. `branch` must be the name of its branch.
    ///
    /// # Errors
    /// `Conflict`: `not_discarded`. `Invalid`: the name is not the branch's.
    pub async fn purge(&self, site: &WorkspaceSite, branch: &str) -> Result<()> {
        let (ours, site, branch) = (self.clone(), site.clone(), branch.to_owned());
        self.exclusively(site.id, async move {
            let layout = ours.layout(site.user_id);
            let Some(mut record) = Record::load(&layout, site.id)? else { return Ok(()) };
            if branch != record.branch {
                return Err(Error::invalid(
                    "branch",
                    format!("Name the branch `{}` to remove the workspace for good.", record.branch),
                ));
            }
            match record.stage {
                Stage::Purging => {}
                Stage::Discarded => {
                    record.stage = Stage::Purging;
                    record.save(&layout).await?;
                    ours.steps.passed("purge: planned");
                }
                _ => {
                    return Err(Error::conflict(
                        "not_discarded",
                        "Only a discarded workspace can be removed for good. Discard it first.",
                    ));
                }
            }
            ours.continue_purge(&layout, &record).await
        })
        .await
    }

    /// Finishes a removal that is planned.
    pub(super) async fn continue_purge(&self, layout: &Layout, record: &Record) -> Result<()> {
        let trash = layout.trash().join(record.workspace.to_string());
        blocking(move || remove_all(&trash)).await?;
        self.steps.passed("purge: files");
        for repo in &record.repos {
            let Some(main) = main_repository(self, repo).await? else { continue };
            if let Some(admin) = &repo.admin {
                relink::forget(&main, admin)?;
            }
            let refs =
                main.bare_command().args(["for-each-ref", "--format=delete %(refname)", &record.refs()]);
            let mut deletions = refs.text().await?;
            if !deletions.is_empty() {
                deletions.push('\n');
                main.update_refs("switchyard: purge", &deletions).await?;
            }
            self.steps.passed("purge: refs");
        }
        record.remove(layout)?;
        self.steps.passed("purge: done");
        Ok(())
    }
}

/// Removes temporary files that a killed runner left.
fn sweep(scratch: &Path) {
    for entry in std::fs::read_dir(scratch).into_iter().flatten().flatten() {
        if let Err(error) = std::fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), %error, "temporary files not removed");
        }
    }
}

/// Removes a folder with everything in it, folders without write permission too, as package caches have them.
fn remove_all(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            make_writable(folder)?;
            std::fs::remove_dir_all(folder)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn make_writable(folder: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            make_writable(&entry.path())?;
        }
    }
    Ok(())
}
