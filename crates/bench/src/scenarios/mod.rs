//! What is measured, a file per subject.

mod agents;
mod desktop;
mod feed;
mod hosted;
mod replicas;
mod scroll;
mod start;
mod tasks;
mod terminals;
mod transcript;
mod workspaces;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::failure::{Result, told};
use crate::product::Server;
use crate::report::Figure;

/// A subject of measuring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Start of the server, and memory once it idles.
    Start,
    /// Listing and creating tasks, alone and by many clients.
    Tasks,
    /// The change feed: latency, and whether anything is lost.
    Feed,
    /// Making a workspace, and its diff.
    Workspaces,
    /// Entries from an agent to disk, and pages of a long transcript.
    Transcript,
    /// A flood beside other sessions, and ending with agents at work.
    Agents,
    /// Terminals: a keystroke's echo, bulk output, memory, endings.
    Terminals,
    /// A hosted server beside a desktop, and under the load of a thousand people. As root.
    Hosted,
    /// Two hosted servers on one database: how long one takes to tell what happened at the other. As root.
    Replicas,
    /// Long lists in a browser: what a frame costs, and how many are kept.
    Scroll,
    /// The desktop app: start, memory, the scheme and the channel. Only when named, since it takes long to build.
    Desktop,
}

impl Scenario {
    /// What is measured when nothing is named.
    pub(crate) fn usual() -> Vec<Self> {
        Self::value_variants().iter().copied().filter(|it| *it != Self::Desktop).collect()
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Start => "start and memory",
            Self::Tasks => "listing and creating tasks",
            Self::Feed => "the change feed",
            Self::Workspaces => "workspaces and diffs",
            Self::Transcript => "transcripts",
            Self::Agents => "floods and ending",
            Self::Terminals => "terminals",
            Self::Hosted => "a hosted server",
            Self::Replicas => "two servers",
            Self::Scroll => "scrolling in a browser",
            Self::Desktop => "the desktop app",
        }
    }

    pub(crate) async fn measure(self, bench: &Bench) -> Result<Vec<Figure>> {
        match self {
            Self::Start => start::measure(bench).await,
            Self::Tasks => tasks::measure(bench).await,
            Self::Feed => feed::measure(bench).await,
            Self::Workspaces => workspaces::measure(bench).await,
            Self::Transcript => transcript::measure(bench).await,
            Self::Agents => agents::measure(bench).await,
            Self::Terminals => terminals::measure(bench),
            Self::Hosted => hosted::measure(bench),
            Self::Replicas => replicas::measure(bench).await,
            Self::Scroll => scroll::measure(bench),
            Self::Desktop => desktop::measure(bench),
        }
    }
}

/// Where to measure, and how much.
pub(crate) struct Bench {
    programs: PathBuf,
    work: TempDir,
    quick: bool,
}

impl Bench {
    /// Works below `folder`, in a folder that is removed at the end.
    pub(crate) fn new(programs: PathBuf, folder: &Path, quick: bool) -> Result<Self> {
        told("make the folder to work in", std::fs::create_dir_all(folder))?;
        let folder = told("find the folder to work in", folder.canonicalize())?;
        let programs = told("find the programs", programs.canonicalize())?;
        let work =
            told("make a folder to work in", tempfile::Builder::new().prefix("bench-").tempdir_in(folder))?;
        Ok(Self { programs, work, quick })
    }

    /// A folder that is not there yet.
    fn folder(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    /// A server on the data folder of that name.
    async fn server(&self, name: &str) -> Result<Server> {
        Server::start(&self.programs, &self.folder(name)).await
    }

    /// `full` times, or a tenth of that for a quick run.
    fn count(&self, full: usize) -> usize {
        if self.quick { full.div_ceil(10) } else { full }
    }

    /// The agent that follows a script, as an agent in a request's body.
    fn scripted_agent(&self) -> Value {
        json!({ "id": "acp", "command": [self.programs.join("switchyard-scripted-agent")] })
    }
}
