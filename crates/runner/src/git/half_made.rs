//! Commands that look at every working tree of a repository, while another git is making one.
//!
//! `git worktree add` writes the files of its administrative folder one after the other. A git that looks in between
//! finds `commondir` empty and gives up with `failed to read …/commondir: Success` (git 2.47, `setup.c`,
//! `get_common_dir_noenv`), whatever it was asked to do. A moment later the same command works.

use std::time::Duration;

use switchyard_domain::Result;

use super::Output;

/// How often a command is run before its failure counts, and the pause between two runs: 2 seconds in all, where
/// writing the files takes well below a millisecond.
const ATTEMPTS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// What `attempt` came to at its first run that met no working tree in the making, or else at its last.
///
/// # Errors
/// Those of `attempt`.
pub async fn past_half_made<Attempt>(attempt: impl Fn() -> Attempt) -> Result<Output>
where
    Attempt: Future<Output = Result<Output>>,
{
    for _ in 1..ATTEMPTS {
        let output = attempt().await?;
        if !met_half_made(&output) {
            return Ok(output);
        }
        tokio::time::sleep(PAUSE).await;
    }
    attempt().await
}

fn met_half_made(output: &Output) -> bool {
    output.code != 0
        && output.stderr.lines().any(|line| line.contains("failed to read") && line.contains("/commondir"))
}
