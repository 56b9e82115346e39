//! Git repositories of a known size, and git itself as the peer.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, told};

/// Lines of each file.
const LINES: usize = 60;

/// A repository with one commit.
pub(crate) struct Repository {
    /// Its folder.
    pub(crate) path: PathBuf,
}

impl Repository {
    /// Makes one of `files` files of about 2 KB, fifty to a folder.
    pub(crate) fn create(path: PathBuf, files: usize) -> Result<Self> {
        for number in 0..files {
            let file = path.join(file_name(number));
            told("make a folder", std::fs::create_dir_all(file.parent().unwrap_or(&path)))?;
            told("write a file", std::fs::write(&file, content(number, "first")))?;
        }
        let this = Self { path };
        this.git(&["init", "--quiet", "--initial-branch=main"])?;
        this.git(&["add", "--all"])?;
        this.git(&["commit", "--quiet", "-m", "first"])?;
        Ok(this)
    }

    /// Runs git in it and returns how long that took; its output is read and dropped.
    pub(crate) fn git(&self, arguments: &[&str]) -> Result<Duration> {
        git(&self.path, arguments)
    }
}

/// Runs git in a folder and returns how long that took; its output is read and dropped.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Result<Duration> {
    let begun = Instant::now();
    let mut git = Command::new("git");
    git.current_dir(folder).args(arguments).stdin(Stdio::null()).env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "Bench").env(format!("GIT_{who}_EMAIL"), "bench@example.org");
    }
    let output = told("run git", git.output())?;
    let took = begun.elapsed();
    if output.status.success() {
        return Ok(took);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("git {} failed: {said}", arguments.join(" "))))
}

/// Changes a few lines of the first `files` files in a worktree of a [`Repository`].
pub(crate) fn change(worktree: &Path, files: usize) -> Result<()> {
    for number in 0..files {
        told("change a file", std::fs::write(worktree.join(file_name(number)), content(number, "changed")))?;
    }
    Ok(())
}

fn file_name(number: usize) -> String {
    format!("src/part{:03}/file{number:05}.txt", number / 50)
}

fn content(number: usize, word: &str) -> String {
    let line = |line: usize| match line % 20 {
        7 => format!("{word} line {line} of file {number}, as it is now\n"),
        _ => format!("line {line} of file {number}, which stays as it is\n"),
    };
    (0..LINES).map(line).collect()
}
