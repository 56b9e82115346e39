//! What a workspace changed against its base.

mod areas;
mod untracked;

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use switchyard_domain::diff::{Conflict, Diff, DiffArea, DiffFile, DiffPath, FileStatus};
use switchyard_domain::runner::WorkspaceSite;
use switchyard_domain::{Error, RepoId, Result};

use super::Workspaces;
use super::site::OpenRepo;
use crate::files::beneath::Folder;
use crate::git::GitCommand;
use crate::git::names::branch_ref;
use crate::git::patch::{Limits, PatchFile, PatchParser};
use crate::git::snapshot::TemporaryIndex;
use crate::git::status::Status;
use areas::Areas;

/// What a diff of everything keeps.
const WHOLE: Limits = Limits { file_bytes: 400_000, file_lines: 5_000, files: 2_000, bytes: 16_000_000 };
/// What a diff of one file keeps.
const ALONE: Limits = Limits { file_bytes: 8_000_000, file_lines: usize::MAX, files: 1, bytes: 8_000_000 };
/// Files that are listed at all.
const MOST_FILES: usize = 10_000;
/// Files above this many bytes are taken for binary rather than read into memory.
const BIG_FILE: &str = "32m";

impl Workspaces {
    /// What the workspace changed against its base, committed or not; or one file of it, whole.
    ///
    /// # Errors
    /// `Conflict`: `worktree_missing`, `repository_missing`, `workspace_discarded`.
    pub async fn diff(&self, site: &WorkspaceSite, only: Option<&DiffPath>) -> Result<Diff> {
        let open = self.open_site(site).await?;
        let mut diff = Diff::default();
        let mut limits = if only.is_some() { ALONE } else { WHOLE };
        for repo in &open.repos {
            if only.is_some_and(|only| only.repo_id != repo.spec.repo_id) {
                continue;
            }
            let look = Look { repo, limits, only: only.map(|only| only.path.as_str()) };
            let part = look.diff(&open.layout.scratch()).await?;
            limits = part.files.iter().fold(limits, |limits, file| limits.less_hunks(&file.hunks));
            diff.additions += part.additions;
            diff.deletions += part.deletions;
            diff.ahead += part.ahead;
            diff.behind += part.behind;
            diff.uncommitted += part.uncommitted;
            diff.conflicts.extend(part.conflicts);
            diff.files.extend(part.files);
        }
        diff.truncated = diff.files.len() > MOST_FILES;
        diff.files.truncate(MOST_FILES);
        Ok(diff)
    }
}

/// One look at one repo.
#[derive(Clone, Copy)]
struct Look<'a> {
    repo: &'a OpenRepo,
    limits: Limits,
    /// The one path that is asked for.
    only: Option<&'a str>,
}

/// What git says.
struct Facts {
    /// Commits that only the base has, and that only the branch has.
    counts: (u64, u64),
    status: Status,
    /// Paths that commits changed, each ended by a zero byte; none where all changes are of one kind.
    committed: Vec<u8>,
    files: Vec<PatchFile>,
}

/// What is compared with the base.
#[derive(Clone, Copy)]
enum Side<'a> {
    /// The last commit: no file is looked at, which takes git two thirds of the time.
    Head,
    /// The files as they are.
    WorkTree,
    /// The files as they are, as this index knows them.
    Indexed(&'a TemporaryIndex),
}

impl Look<'_> {
    async fn diff(self, scratch: &std::path::Path) -> Result<Diff> {
        let base = branch_ref(&self.repo.spec.base_branch);
        let mut from = vec!["--merge-base".to_owned(), base];
        let mut facts = self.facts(&from).await?;
        if facts.is_none() {
            // The base is gone, its history was rewritten, or there are several merge bases.
            from = vec![self.fork_point().await?];
            facts = self.facts(&from).await?;
        }
        let mut facts =
            facts.ok_or_else(|| Error::internal("the workspace has no commit to compare with"))?;
        let untracked = &facts.status.untracked;
        let gone = facts.files.iter().any(|file| file.status == FileStatus::Deleted)
            || facts.status.changed.iter().any(|file| file.deleted);
        if gone && !untracked.is_empty() {
            // What is gone may have become what is new: git tells, once it sees both.
            let (index, left_out) = untracked::make_visible(self, untracked, scratch).await?;
            facts.files = self.patch(&from, Side::Indexed(&index)).await?.unwrap_or_default();
            let rest = Self { limits: self.limits.less(&facts.files), ..self };
            facts.files.extend(untracked::read(rest, &left_out).await?);
        } else {
            let rest = Self { limits: self.limits.less(&facts.files), ..self };
            let new = untracked::read(rest, untracked).await?;
            facts.files.extend(new);
        }
        self.assembled(facts)
    }

    /// Asks git for everything; `None` where there is nothing like `from`.
    async fn facts(self, from: &[String]) -> Result<Option<Facts>> {
        let counts = self.ahead_behind().await?;
        // Most of the time all is committed or nothing is: commits alone are compared without the files, files alone
        // without the commits. Telling apart what is which is needed only where there is both.
        let nothing_is_committed = counts.is_some_and(|(_, ahead)| ahead == 0);
        let (status, committed, files) = if nothing_is_committed {
            let (status, files) =
                tokio::try_join!(self.repo.tree.status(), self.patch(from, Side::WorkTree))?;
            (status, Vec::new(), files)
        } else {
            self.with_commits(from).await?
        };
        let counts = counts.unwrap_or_default();
        Ok(files.map(|files| Facts { counts, status, committed, files }))
    }

    /// What is not committed, paths that commits changed (where there is both), and the files that differ.
    async fn with_commits(self, from: &[String]) -> Result<(Status, Vec<u8>, Option<Vec<PatchFile>>)> {
        let mut commits = Box::pin(self.patch(from, Side::Head));
        let mut status = Box::pin(self.repo.tree.status());
        let mut compared = None;
        let status = tokio::select! {
            status = &mut status => status?,
            files = &mut commits => {
                compared = Some(files?);
                status.await?
            }
        };
        if status.is_clean() {
            let files = match compared {
                Some(files) => files,
                None => commits.await?,
            };
            return Ok((status, Vec::new(), files));
        }
        // That alone is not the answer: git is ended where it still works on it.
        drop(commits);
        let names = self.repo.tree.command().args(["diff-tree", "-r", "-z", "--name-only", "--no-renames"]);
        let (names, files) =
            tokio::try_join!(names.args(from).arg("HEAD").output(), self.patch(from, Side::WorkTree))?;
        Ok((status, names.stdout, files))
    }

    /// The commit that base and branch have in common.
    async fn fork_point(self) -> Result<String> {
        let base = branch_ref(&self.repo.spec.base_branch);
        let output = self.repo.tree.command().args(["merge-base", &base, "HEAD"]).output().await?;
        Ok(if output.code == 0 { output.text() } else { self.repo.spec.base_commit.clone() })
    }

    /// Commits that only the base has, and that only the branch has; `None` where the base is gone.
    async fn ahead_behind(self) -> Result<Option<(u64, u64)>> {
        let range = format!("{}...HEAD", branch_ref(&self.repo.spec.base_branch));
        let command = self.repo.tree.command().args(["rev-list", "--left-right", "--count", &range, "--"]);
        let text = command.output().await?.text();
        Ok(text
            .split_once('\t')
            .and_then(|(behind, ahead)| Some((behind.parse().ok()?, ahead.parse().ok()?))))
    }

    /// The files that differ from `from`, with their patches; `None` where there is nothing like `from`.
    async fn patch(self, from: &[String], side: Side<'_>) -> Result<Option<Vec<PatchFile>>> {
        let mut paths: Vec<OsString> = Vec::new();
        if self.only.is_some() {
            // A renamed file is told only together with its old path.
            let Some(all) = read_patch(self.command(from, side, &["--raw"]), self.limits).await? else {
                return Ok(None);
            };
            let Some(file) =
                all.into_iter().find(|file| file.status != FileStatus::Unmerged && self.wants(file))
            else {
                return Ok(Some(Vec::new()));
            };
            paths.extend([file.path].into_iter().chain(file.old_path).map(OsString::from_vec));
        }
        let command = self.command(from, side, &["--raw", "--patch"]).arg("--").args(paths);
        read_patch(command, self.limits).await
    }

    fn command(self, from: &[String], side: Side<'_>, formats: &[&str]) -> GitCommand {
        let command = self
            .repo
            .tree
            .command()
            .config("core.bigFileThreshold", BIG_FILE)
            .config("diff.suppressBlankEmpty", "false")
            .arg("diff")
            .args(formats)
            .args(["--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--submodule=short"])
            .args(["--ignore-submodules=dirty", "-M", "-l1000", "-U3", "--inter-hunk-context=0"])
            .args(from);
        match side {
            Side::Head => command.arg("HEAD"),
            Side::WorkTree => command,
            Side::Indexed(index) => command.index(&index.path()),
        }
    }

    fn wants(self, file: &PatchFile) -> bool {
        self.only.is_none_or(|only| String::from_utf8_lossy(&file.path) == only)
    }

    fn assembled(self, facts: Facts) -> Result<Diff> {
        let repo_id = self.repo.spec.repo_id;
        let (status, areas) = (&facts.status, Areas::new(&facts.committed, &facts.status));
        let root = Folder::open(&self.repo.tree.work_tree)?;
        let unmerged: HashSet<&[u8]> = status.conflicts().map(|(path, _)| path).collect();
        let wanted =
            facts.files.into_iter().filter(|file| file.status != FileStatus::Unmerged && self.wants(file));
        let mut files: Vec<DiffFile> = wanted
            .map(|file| {
                let (area, conflicts) = (areas.of(&file), unmerged.contains(&file.path[..]));
                diff_file(repo_id, file, area, conflicts, &root)
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Diff {
            additions: files.iter().map(|file| file.additions).sum(),
            deletions: files.iter().map(|file| file.deletions).sum(),
            ahead: facts.counts.1,
            behind: facts.counts.0,
            uncommitted: (status.changed.len() + status.untracked.len()) as u64,
            conflicts: status.conflicts().map(|(path, kind)| conflict(repo_id, path, kind)).collect(),
            truncated: false,
            files,
        })
    }
}

/// `None` where git refuses what it is to compare with.
async fn read_patch(command: GitCommand, limits: Limits) -> Result<Option<Vec<PatchFile>>> {
    let mut parser = PatchParser::new(limits);
    let output = command
        .stream(&mut |chunk: &[u8]| {
            parser.push(chunk);
            Ok::<(), Error>(())
        })
        .await?;
    if output.code == 128 && (output.stderr.contains("merge base") || output.stderr.contains("revision")) {
        return Ok(None);
    }
    output.expect(&[0])?;
    Ok(Some(parser.finish()))
}

fn diff_file(repo_id: RepoId, file: PatchFile, area: DiffArea, unmerged: bool, root: &Folder) -> DiffFile {
    let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let changed = file.old_mode != file.new_mode;
    let mode = |mode: &str| (changed && mode != "000000").then(|| mode.to_owned());
    DiffFile {
        repo_id,
        path: text(&file.path),
        old_path: file.old_path.as_deref().map(text),
        status: if unmerged { FileStatus::Unmerged } else { file.status },
        area,
        additions: file.additions,
        deletions: file.deletions,
        binary: file.binary,
        too_large: file.too_large,
        old_mode: mode(&file.old_mode),
        new_mode: mode(&file.new_mode),
        size: if file.path.ends_with(b"/") { 0 } else { root.size(&file.path).unwrap_or(0) },
        hunks: file.hunks,
    }
}

/// A conflict as the domain has it.
pub(super) fn conflict(repo_id: RepoId, path: &[u8], kind: &str) -> Conflict {
    Conflict { repo_id, path: String::from_utf8_lossy(path).into_owned(), kind: kind.to_owned() }
}
