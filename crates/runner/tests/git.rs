//! Workspaces on real repositories, with the installed git.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests do by hand what people and agents do besides the runner"
)]

#[path = "git/checkpoints.rs"]
mod checkpoints;
#[path = "git/cloning.rs"]
mod cloning;
#[path = "git/diffs.rs"]
mod diffs;
#[path = "git/discarding.rs"]
mod discarding;
#[path = "git/disks.rs"]
mod disks;
#[path = "git/half_merged.rs"]
mod half_merged;
#[path = "git/harness.rs"]
mod harness;
#[path = "git/hostile.rs"]
mod hostile;
#[path = "git/kills.rs"]
mod kills;
#[path = "git/making.rs"]
mod making;
#[path = "git/merging.rs"]
mod merging;
#[path = "git/naming.rs"]
mod naming;
#[path = "git/paths.rs"]
mod paths;
#[path = "git/placing.rs"]
mod placing;
#[path = "git/pushing.rs"]
mod pushing;
#[path = "git/removing.rs"]
mod removing;
#[path = "git/repositories.rs"]
mod repositories;
#[path = "git/updating.rs"]
mod updating;
#[path = "git/watching.rs"]
mod watching;
