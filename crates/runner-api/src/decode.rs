//! What a runner answers, as domain values.

use std::time::Duration;

use switchyard_domain::agent::{Agent, AgentKind};
use switchyard_domain::diff::{Conflict, Diff, DiffFile, Hunk};
use switchyard_domain::repo::{Branch, FoundRepo, FoundRepos, PathCompletion};
use switchyard_domain::runner::{KnownSession, KnownTerminal, MadeWorkspace, TerminalOutput};
use switchyard_domain::terminal::{TerminalEnd, TerminalSize};
use switchyard_domain::transcript::Entry;
use switchyard_domain::workspace::{
    Checkpoint, CommitInfo, FileContent, FileEntry, RepoCommit, WorkspaceRepo,
};
use switchyard_domain::{Result, TerminalId, Timestamp};

use crate::encode::time_from_micros;
use crate::fault::{garbled, parse};
use crate::proto;

fn time(micros: i64) -> Result<Timestamp> {
    time_from_micros(micros).ok_or_else(|| garbled("time", micros))
}

fn all<A, B>(items: Vec<A>, decode: impl FnMut(A) -> Result<B>) -> Result<Vec<B>> {
    items.into_iter().map(decode).collect()
}

pub(crate) fn branches(list: proto::BranchList) -> Vec<Branch> {
    list.items.into_iter().map(|b| Branch { name: b.name, current: b.current, commit: b.commit }).collect()
}

pub(crate) fn found_repos(found: proto::FoundRepos) -> FoundRepos {
    let repos = found.items.into_iter().map(|r| FoundRepo { path: r.path, name: r.name, branch: r.branch });
    FoundRepos { repos: repos.collect(), complete: found.complete }
}

pub(crate) fn completions(list: proto::PathCompletions) -> Vec<PathCompletion> {
    list.items
        .into_iter()
        .map(|c| PathCompletion { path: c.path, name: c.name, is_repo: c.is_repo })
        .collect()
}

pub(crate) fn made_workspace(made: proto::MadeWorkspace) -> Result<MadeWorkspace> {
    Ok(MadeWorkspace { path: made.path, repos: all(made.repos, workspace_repo)? })
}

fn workspace_repo(repo: proto::SiteRepo) -> Result<WorkspaceRepo> {
    Ok(WorkspaceRepo {
        repo_id: parse("repo id", &repo.repo_id)?,
        name: repo.name,
        path: repo.path,
        repo_path: repo.repo_path,
        base_branch: repo.base_branch,
        base_commit: repo.base_commit,
        merged_commit: repo.merged_commit,
    })
}

pub(crate) fn diff(diff: proto::DiffReply) -> Result<Diff> {
    Ok(Diff {
        files: all(diff.files, diff_file)?,
        truncated: diff.truncated,
        additions: diff.additions,
        deletions: diff.deletions,
        ahead: diff.ahead,
        behind: diff.behind,
        uncommitted: diff.uncommitted,
        conflicts: decode_conflicts(diff.conflicts)?,
    })
}

fn diff_file(file: proto::DiffFile) -> Result<DiffFile> {
    Ok(DiffFile {
        repo_id: parse("repo id", &file.repo_id)?,
        path: file.path,
        old_path: file.old_path,
        status: parse("file status", &file.status)?,
        area: parse("diff area", &file.area)?,
        additions: file.additions,
        deletions: file.deletions,
        binary: file.binary,
        too_large: file.too_large,
        old_mode: file.old_mode,
        new_mode: file.new_mode,
        size: file.size,
        hunks: file.hunks.into_iter().map(hunk).collect(),
    })
}

fn hunk(hunk: proto::Hunk) -> Hunk {
    Hunk {
        old_start: hunk.old_start,
        old_lines: hunk.old_lines,
        new_start: hunk.new_start,
        new_lines: hunk.new_lines,
        heading: hunk.heading,
        lines: hunk.lines,
    }
}

pub(crate) fn decode_conflicts(conflicts: Vec<proto::Conflict>) -> Result<Vec<Conflict>> {
    all(conflicts, |c| Ok(Conflict { repo_id: parse("repo id", &c.repo_id)?, path: c.path, kind: c.kind }))
}

pub(crate) fn commits(list: proto::CommitList) -> Result<Vec<CommitInfo>> {
    all(list.items, |c| {
        Ok(CommitInfo {
            repo_id: parse("repo id", &c.repo_id)?,
            id: c.id,
            subject: c.subject,
            author: c.author,
            at: time(c.at)?,
        })
    })
}

pub(crate) fn repo_commits(items: Vec<proto::RepoCommit>) -> Result<Vec<RepoCommit>> {
    all(items, |c| Ok(RepoCommit { repo_id: parse("repo id", &c.repo_id)?, commit: c.commit }))
}

pub(crate) fn files(list: proto::FileList) -> Result<Vec<FileEntry>> {
    all(list.items, |f| {
        Ok(FileEntry { name: f.name, path: f.path, kind: parse("file kind", &f.kind)?, size: f.size })
    })
}

pub(crate) fn file(content: proto::FileContent) -> FileContent {
    FileContent { text: content.text, size: content.size, truncated: content.truncated }
}

pub(crate) fn checkpoint(checkpoint: proto::Checkpoint) -> Result<Checkpoint> {
    Ok(Checkpoint {
        number: checkpoint.number,
        session_id: checkpoint.session_id.map(|id| parse("session id", &id)).transpose()?,
        turn: checkpoint.turn,
        commits: repo_commits(checkpoint.commits)?,
        reason: parse("checkpoint reason", &checkpoint.reason)?,
        created_at: time(checkpoint.created_at)?,
    })
}

pub(crate) fn checkpoints(list: proto::CheckpointList) -> Result<Vec<Checkpoint>> {
    all(list.items, checkpoint)
}

pub(crate) fn entries(batch: proto::EntryBatch) -> Result<Vec<Entry>> {
    all(batch.entries, |entry| {
        let body = serde_json::from_str(&entry.body).map_err(|error| garbled("transcript entry", error))?;
        Ok(Entry { seq: entry.seq, turn: entry.turn, at: time(entry.at)?, body })
    })
}

pub(crate) fn sessions(list: proto::SessionList) -> Result<Vec<KnownSession>> {
    all(list.items, |s| {
        Ok(KnownSession { id: parse("session id", &s.id)?, last_seq: s.last_seq, live: s.live })
    })
}

pub(crate) fn agents(list: proto::AgentList) -> Result<Vec<Agent>> {
    all(list.items, |agent| {
        let kind = match agent.kind.as_str() {
            "acp" => AgentKind::Acp,
            "command" => AgentKind::Command,
            other => return Err(garbled("agent kind", other)),
        };
        Ok(Agent {
            id: agent.id,
            name: agent.name,
            kind,
            installed: agent.installed,
            version: agent.version,
            install_hint: agent.install_hint,
            website: agent.website,
        })
    })
}

fn terminal_size(size: Option<proto::TerminalSize>) -> Result<TerminalSize> {
    let size = size.ok_or_else(|| garbled("terminal size", "nothing"))?;
    TerminalSize::new(size.cols, size.rows)
}

fn terminal_end(end: proto::TerminalEnd) -> Result<TerminalEnd> {
    Ok(TerminalEnd { reason: parse("reason", &end.reason)?, exit_code: end.exit_code })
}

pub(crate) fn terminal_output(message: proto::TerminalOutput) -> Result<TerminalOutput> {
    use proto::terminal_output::Output;
    Ok(match message.output.ok_or_else(|| garbled("terminal output", "nothing"))? {
        Output::Attached(attached) => TerminalOutput::Attached {
            from: attached.from,
            end: attached.end,
            size: terminal_size(attached.size)?,
        },
        Output::Bytes(bytes) => TerminalOutput::Bytes(bytes),
        Output::Gap(from) => TerminalOutput::Gap(from),
        Output::Size(size) => TerminalOutput::Size(terminal_size(Some(size))?),
        Output::Ended(end) => TerminalOutput::Ended(terminal_end(end)?),
    })
}

pub(crate) fn terminals(list: proto::TerminalList) -> Result<Vec<KnownTerminal>> {
    all(list.items, |known| {
        Ok(KnownTerminal {
            id: parse("terminal id", &known.id)?,
            idle: Duration::from_millis(known.idle_millis),
            busy: known.busy,
            end: known.end.map(terminal_end).transpose()?,
        })
    })
}

pub(crate) fn ended_terminal(ended: proto::EndedTerminal) -> Result<(TerminalId, TerminalEnd)> {
    let end = ended.end.ok_or_else(|| garbled("ended terminal", "nothing"))?;
    Ok((parse("terminal id", &ended.id)?, terminal_end(end)?))
}
