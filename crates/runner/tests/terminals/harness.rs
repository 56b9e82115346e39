//! Terminals over a temporary folder, and a viewer that reads as the product's client does.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::StreamExt;
use switchyard_domain::runner::{
    TerminalInput, TerminalOutput, TerminalOutputs, TerminalProgram, TerminalStart, WorkspaceSite,
};
use switchyard_domain::terminal::{SCROLLBACK_LINES, TerminalEnd, TerminalSize};
use switchyard_domain::workspace::WorkspaceRepo;
use switchyard_domain::{RepoId, TerminalId, UserId, WorkspaceId};
use switchyard_runner::process::{Environment, Launcher, close_inherited_on_exec};
use switchyard_runner::terminal::Terminals;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::UnboundedReceiverStream;

/// Longer than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Terminals and a workspace for them.
pub(crate) struct Ground {
    pub(crate) terminals: Terminals,
    pub(crate) site: WorkspaceSite,
    temporary: tempfile::TempDir,
}

impl Ground {
    pub(crate) fn new() -> Self {
        close_inherited_on_exec().unwrap();
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("worktree");
        std::fs::create_dir_all(&folder).unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let own = [
            ("HOME".into(), temporary.path().into()),
            ("PATH".into(), path),
            ("SHELL".into(), "/bin/bash".into()),
            ("JWT_SECRET".into(), "secret".into()),
            ("DATABASE_URL".into(), "secret".into()),
            ("SWITCHYARD_TOKEN".into(), "secret".into()),
        ];
        // An interactive shell prints what its user's files have it print: here nothing but a plain prompt.
        std::fs::write(temporary.path().join(".bashrc"), "PS1='$ '\nbind 'set enable-bracketed-paste off'\n")
            .unwrap();
        let launcher = Launcher::new(env!("CARGO_BIN_EXE_switchyard-runner").into());
        let site = WorkspaceSite {
            id: WorkspaceId::new(),
            user_id: UserId::new(),
            branch: "sy/test".into(),
            repos: vec![WorkspaceRepo {
                repo_id: RepoId::new(),
                name: "repo".into(),
                path: folder.to_str().unwrap().into(),
                repo_path: folder.to_str().unwrap().into(),
                base_branch: "main".into(),
                base_commit: String::new(),
                merged_commit: None,
            }],
            author: None,
        };
        Self { terminals: Terminals::new(launcher, Environment::build(own)), site, temporary }
    }

    pub(crate) fn worktree(&self) -> PathBuf {
        self.temporary.path().join("worktree")
    }

    /// A terminal whose shell has shown its prompt.
    pub(crate) async fn open(&self) -> TerminalId {
        let id = self.open_bare().await;
        self.view(id).until("$ ").await;
        id
    }

    pub(crate) async fn open_bare(&self) -> TerminalId {
        let start = self.start(TerminalProgram::Shell);
        self.terminals.open(&start).await.unwrap();
        start.id
    }

    /// A terminal to be opened in the workspace.
    pub(crate) fn start(&self, program: TerminalProgram) -> TerminalStart {
        TerminalStart {
            id: TerminalId::new(),
            site: self.site.clone(),
            program,
            size: TerminalSize::default(),
            scrollback_lines: SCROLLBACK_LINES,
        }
    }

    /// A viewer from the oldest byte on.
    pub(crate) fn view(&self, id: TerminalId) -> View {
        self.view_from(id, None)
    }

    pub(crate) fn view_from(&self, id: TerminalId, from: Option<u64>) -> View {
        let (input, inputs) = mpsc::unbounded_channel();
        let inputs = UnboundedReceiverStream::new(inputs).boxed();
        let outputs = self.terminals.attach(id, from, inputs).unwrap();
        View { input, outputs, offset: from.unwrap_or(0), seen: Vec::new(), gaps: Vec::new(), acks: true }
    }
}

/// A viewer.
pub(crate) struct View {
    pub(crate) input: mpsc::UnboundedSender<TerminalInput>,
    outputs: TerminalOutputs,
    /// Offset of the next byte.
    pub(crate) offset: u64,
    pub(crate) seen: Vec<u8>,
    pub(crate) gaps: Vec<u64>,
    /// Whether it says what it has shown.
    pub(crate) acks: bool,
}

impl View {
    pub(crate) fn send(&self, input: TerminalInput) {
        self.input.send(input).unwrap();
    }

    pub(crate) fn types(&self, text: &str) {
        self.send(TerminalInput::Bytes(text.as_bytes().to_vec()));
    }

    /// The next thing that it is sent; `None` behind the last.
    pub(crate) async fn next(&mut self) -> Option<TerminalOutput> {
        let output = timeout(PATIENCE, self.outputs.next()).await;
        let output = output.unwrap_or_else(|_| panic!("nothing came after {:?}", self.text()))?.unwrap();
        match &output {
            TerminalOutput::Attached { from, .. } => self.offset = *from,
            TerminalOutput::Gap(from) => {
                self.offset = *from;
                self.gaps.push(*from);
            }
            TerminalOutput::Bytes(bytes) => {
                self.offset += bytes.len() as u64;
                self.seen.extend_from_slice(bytes);
                if self.acks {
                    // It may be told of the end while the runner hears it no more.
                    let _ = self.input.send(TerminalInput::Ack(self.offset));
                }
            }
            TerminalOutput::Size(_) | TerminalOutput::Ended(_) => {}
        }
        Some(output)
    }

    /// What comes within a while, if anything does.
    pub(crate) async fn next_within(&mut self, patience: Duration) -> Option<TerminalOutput> {
        timeout(patience, self.next()).await.ok().flatten()
    }

    /// Reads until what it saw since the last call has `wanted` in it; answers that.
    pub(crate) async fn until(&mut self, wanted: &str) -> String {
        while !self.text().contains(wanted) {
            let output = self.next().await;
            assert!(output.is_some(), "it ended without {wanted:?}: {:?}", self.text());
        }
        let text = self.text();
        self.seen.clear();
        text
    }

    /// Types a line, and reads until what it makes the terminal say.
    pub(crate) async fn runs(&mut self, line: &str, says: &str) -> String {
        self.types(&format!("{line}\r"));
        self.until(says).await
    }

    /// Reads to the end; answers what was said and how it ended.
    pub(crate) async fn ending(&mut self) -> (String, TerminalEnd) {
        loop {
            if let TerminalOutput::Ended(end) = self.next().await.unwrap() {
                assert!(self.next().await.is_none(), "something came behind the end");
                return (self.text(), end);
            }
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

/// Processes whose environment or command line has `marker` in it.
pub(crate) fn processes_with(marker: &str) -> Vec<i32> {
    let has = |pid: &i32| {
        ["cmdline", "environ"].iter().any(|file| {
            let text = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            String::from_utf8_lossy(&text).contains(marker)
        })
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(has).collect()
}

/// Waits until something is so.
pub(crate) async fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !so() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
