//! Temporary git repositories.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder with a git repository `project` and a home of its own, both gone when it is dropped.
#[derive(Debug)]
pub struct TempRepo {
    folder: TempDir,
}

impl TempRepo {
    /// A repository with `README.md` committed on `main`.
    #[must_use]
    pub fn new() -> Self {
        let repo = Self::empty();
        repo.write("README.md", "# A project\n");
        repo.commit("Start");
        repo
    }

    /// A repository without commits; `main` is its branch to be.
    #[must_use]
    pub fn empty() -> Self {
        let folder =
            tempfile::Builder::new().prefix("switchyard-test-").tempdir().expect("a temporary folder");
        let repo = Self { folder };
        std::fs::create_dir(repo.home()).expect("a home");
        std::fs::create_dir(repo.path()).expect("a folder for the repository");
        repo.git(["init", "--quiet", "--initial-branch=main"]);
        std::fs::write(
            repo.home().join(".gitconfig"),
            "[user]\n\tname = Tess Ter\n\temail = tess@example.com\n",
        )
        .expect("a git configuration");
        repo
    }

    /// The folder that holds everything.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("the temporary folder")
    }

    /// Root of the repository's working tree.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder().join("project")
    }

    /// The home folder that git is run with; its `.gitconfig` names an author.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// Writes a file below the root, with the folders that it needs.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        write(&self.path().join(path), content);
    }

    /// Commits everything on the branch that is checked out, and returns the commit.
    pub fn commit(&self, message: &str) -> String {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(["rev-parse", "HEAD"])
    }

    /// Runs git in the repository and returns what it prints, trimmed; it must succeed.
    pub fn git<A: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        self.git_in(&self.path(), args)
    }

    /// Runs git in `dir` and returns what it prints, trimmed; it must succeed.
    #[allow(clippy::disallowed_methods, reason = "tests run git as a person would, apart from the runner")]
    pub fn git_in<A: AsRef<std::ffi::OsStr>>(&self, dir: &Path, args: impl IntoIterator<Item = A>) -> String {
        let output = Command::new("git")
            .args(args)
            .current_dir(dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("git runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git failed in {}: {said}", dir.display());
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }
}

impl Default for TempRepo {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes a file with the folders that it needs.
pub fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, content).expect("a file");
}
