//! Whom commits are attributed to.

use switchyard_domain::config::GitAuthor;

use super::GitCommand;

impl GitCommand {
    /// Attributes what the command commits to `author`, or to whom git's own configuration names.
    pub fn author(self, author: Option<&GitAuthor>) -> Self {
        match author {
            Some(author) => self.identity(&author.name, &author.email),
            None => self,
        }
    }

    /// Attributes what the command commits to Switchyard: snapshots are nobody's work.
    pub fn as_switchyard(self) -> Self {
        self.identity("Switchyard", "switchyard@localhost")
    }

    fn identity(self, name: &str, email: &str) -> Self {
        self.variable("GIT_AUTHOR_NAME", name)
            .variable("GIT_AUTHOR_EMAIL", email)
            .variable("GIT_COMMITTER_NAME", name)
            .variable("GIT_COMMITTER_EMAIL", email)
    }
}
