//! What the scripted agent was told before, kept in a file so that a conversation can be taken up.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// The prompts of one conversation.
pub(super) struct History {
    path: PathBuf,
}

impl History {
    /// The history of a conversation; it is made by the first prompt.
    pub(super) fn of(session: &str) -> Self {
        let folder = std::env::var_os("HOME").map_or_else(std::env::temp_dir, PathBuf::from);
        let name: String = session.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        Self { path: folder.join(".scripted-agent").join(name) }
    }

    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// All prompts so far, each as one line.
    pub(super) fn prompts(&self) -> Vec<String> {
        std::fs::read_to_string(&self.path).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Adds a prompt.
    pub(super) fn add(&self, prompt: &str) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        writeln!(file, "{}", prompt.replace('\n', " "))
    }
}
