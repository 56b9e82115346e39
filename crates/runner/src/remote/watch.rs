//! Keeping an eye on git while it receives: how far it is, whether anything comes, and how much.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use switchyard_domain::remote::RemoteUrl;
use switchyard_domain::repo::CloneProgress;
use switchyard_domain::{Error, Result};
use tokio::time::{Instant, sleep};

use super::failure::{timed_out, too_large};
use super::{Progress, Rules};
use crate::git::{GitCommand, Output};

/// How often is looked at what has come.
const PULSE: Duration = Duration::from_millis(250);
/// Nothing takes longer, whatever a remote keeps saying.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// Whom progress is told.
pub(crate) type Tell<'a> = &'a (dyn Fn(CloneProgress) + Send + Sync);

/// Runs a command that receives into `objects`, within the bounds of `rules`.
pub(super) async fn watched(
    command: GitCommand,
    url: &RemoteUrl,
    objects: &Path,
    rules: &Rules,
    tell: Tell<'_>,
) -> Result<Output> {
    let progress = Mutex::new(Progress::default());
    let mut hear = |bytes: &[u8]| {
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.hear(bytes);
        tell(progress.now());
    };
    let limits = async {
        let (mut seen, mut moved) = (None, Instant::now());
        loop {
            sleep(PULSE).await;
            let size = size(objects).await;
            if size > rules.most_bytes {
                return too_large(url, rules.most_bytes);
            }
            let now = (progress.lock().unwrap_or_else(PoisonError::into_inner).now(), size);
            if seen != Some(now) {
                (seen, moved) = (Some(now), Instant::now());
            } else if moved.elapsed() > rules.patience {
                return timed_out(url);
            }
        }
    };
    tokio::select! {
        output = command.timeout(LONGEST).heard(&mut hear) => match output {
            Err(error) if error.code == "git_timeout" => Err(timed_out(url)),
            other => other,
        },
        error = limits => Err::<Output, Error>(error),
    }
}

/// Bytes in the packs of an object directory, those under way included.
async fn size(objects: &Path) -> u64 {
    let packs = objects.join("pack");
    let count = move || {
        let entries = std::fs::read_dir(packs).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|facts| facts.len()).sum()
    };
    tokio::task::spawn_blocking(count).await.unwrap_or_default()
}
