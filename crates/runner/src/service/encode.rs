//! Domain values as the contract has them.

use switchyard_domain::Timestamp;
use switchyard_domain::agent::{Agent, AgentKind};
use switchyard_domain::diff::{Conflict, Diff, DiffFile};
use switchyard_domain::repo::{Branch, FoundRepos, PathCompletion};
use switchyard_domain::runner::MadeWorkspace;
use switchyard_domain::workspace::{Checkpoint, CommitInfo, FileEntry, RepoCommit};

use super::proto;
use crate::journal::Line;

fn micros(time: Timestamp) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

fn all<A, B>(items: Vec<A>, encode: impl FnMut(A) -> B) -> Vec<B> {
    items.into_iter().map(encode).collect()
}

pub(super) fn branches(branches: Vec<Branch>) -> proto::BranchList {
    let branch = |b: Branch| proto::Branch { name: b.name, current: b.current, commit: b.commit };
    proto::BranchList { items: all(branches, branch) }
}

pub(super) fn found_repos(found: FoundRepos) -> proto::FoundRepos {
    let items = all(found.repos, |r| proto::FoundRepo { path: r.path, name: r.name, branch: r.branch });
    proto::FoundRepos { items, complete: found.complete }
}

pub(super) fn completions(completions: Vec<PathCompletion>) -> proto::PathCompletions {
    let item = |c: PathCompletion| proto::PathCompletion { path: c.path, name: c.name, is_repo: c.is_repo };
    proto::PathCompletions { items: all(completions, item) }
}

pub(super) fn made_workspace(made: MadeWorkspace) -> proto::MadeWorkspace {
    let repos = all(made.repos, |repo| proto::SiteRepo {
        repo_id: repo.repo_id.to_string(),
        name: repo.name,
        path: repo.path,
        repo_path: repo.repo_path,
        base_branch: repo.base_branch,
        base_commit: repo.base_commit,
        merged_commit: repo.merged_commit,
    });
    proto::MadeWorkspace { path: made.path, repos }
}

pub(super) fn diff(diff: Diff) -> proto::DiffReply {
    proto::DiffReply {
        files: all(diff.files, diff_file),
        truncated: diff.truncated,
        additions: diff.additions,
        deletions: diff.deletions,
        ahead: diff.ahead,
        behind: diff.behind,
        uncommitted: diff.uncommitted,
        conflicts: conflicts(diff.conflicts),
    }
}

fn diff_file(file: DiffFile) -> proto::DiffFile {
    proto::DiffFile {
        repo_id: file.repo_id.to_string(),
        path: file.path,
        old_path: file.old_path,
        status: file.status.as_str().to_owned(),
        area: file.area.as_str().to_owned(),
        additions: file.additions,
        deletions: file.deletions,
        binary: file.binary,
        too_large: file.too_large,
        old_mode: file.old_mode,
        new_mode: file.new_mode,
        size: file.size,
        hunks: all(file.hunks, |hunk| proto::Hunk {
            old_start: hunk.old_start,
            old_lines: hunk.old_lines,
            new_start: hunk.new_start,
            new_lines: hunk.new_lines,
            heading: hunk.heading,
            lines: hunk.lines,
        }),
    }
}

pub(super) fn conflicts(conflicts: Vec<Conflict>) -> Vec<proto::Conflict> {
    all(conflicts, |c| proto::Conflict { repo_id: c.repo_id.to_string(), path: c.path, kind: c.kind })
}

pub(super) fn commits(commits: Vec<CommitInfo>) -> proto::CommitList {
    let items = all(commits, |c| proto::CommitInfo {
        repo_id: c.repo_id.to_string(),
        id: c.id,
        subject: c.subject,
        author: c.author,
        at: micros(c.at),
    });
    proto::CommitList { items }
}

pub(super) fn repo_commits(commits: Vec<RepoCommit>) -> Vec<proto::RepoCommit> {
    all(commits, |c| proto::RepoCommit { repo_id: c.repo_id.to_string(), commit: c.commit })
}

pub(super) fn files(files: Vec<FileEntry>) -> proto::FileList {
    let items = all(files, |f| proto::FileEntry {
        name: f.name,
        path: f.path,
        kind: f.kind.as_str().to_owned(),
        size: f.size,
    });
    proto::FileList { items }
}

pub(super) fn checkpoint(checkpoint: Checkpoint) -> proto::Checkpoint {
    proto::Checkpoint {
        number: checkpoint.number,
        session_id: checkpoint.session_id.map(|id| id.to_string()),
        turn: checkpoint.turn,
        commits: repo_commits(checkpoint.commits),
        reason: checkpoint.reason.as_str().to_owned(),
        created_at: micros(checkpoint.created_at),
    }
}

pub(super) fn entries(lines: Vec<Line>) -> proto::EntryBatch {
    let entries = all(lines, |line| proto::Entry {
        seq: line.seq,
        turn: line.turn,
        at: line.at,
        body: String::from(Box::<str>::from(line.body)),
    });
    proto::EntryBatch { entries }
}

pub(super) fn agents(agents: Vec<Agent>) -> proto::AgentList {
    let items = all(agents, |agent| proto::Agent {
        id: agent.id,
        name: agent.name,
        kind: match agent.kind {
            AgentKind::Acp => "acp",
            AgentKind::Command => "command",
        }
        .to_owned(),
        installed: agent.installed,
        version: agent.version,
        install_hint: agent.install_hint,
        website: agent.website,
    });
    proto::AgentList { items }
}
