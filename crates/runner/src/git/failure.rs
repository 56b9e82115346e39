//! What git complains about, in terms that a person can act on.

use switchyard_domain::{Error, ErrorKind};

/// A git command that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("`{command}` ended with {code}: {stderr}")]
pub(super) struct GitFailure {
    pub(super) command: String,
    pub(super) code: i32,
    pub(super) stderr: String,
}

impl From<GitFailure> for Error {
    fn from(failure: GitFailure) -> Self {
        let said = |text: &str| failure.stderr.contains(text);
        let known = if said("detected dubious ownership") {
            Error::new(
                ErrorKind::Invalid,
                "unsafe_repository",
                "The repository belongs to another user of this machine, so git does not trust it. If you do, run \
                 `git config --global --add safe.directory <its folder>` and try again.",
            )
        } else if said(".lock': File exists") {
            Error::conflict(
                "repository_locked",
                format!(
                    "Another git command is at work in the repository, or one was killed and left its lock behind. \
                     Wait for it to end, or remove the lock, and try again. git said: {}",
                    first_line(&failure.stderr)
                ),
            )
        } else if said("No space left on device") || said("Disk quota exceeded") {
            Error::unavailable("disk_full", "The disk is full. Make room and try again; nothing was lost.")
        } else if said("Please tell me who you are")
            || said("auto-detection is disabled")
            || said("empty ident name")
        {
            Error::conflict(
                "no_author",
                "git does not know whom to attribute the commit to. Set a name and an address in the settings, or run \
                 `git config --global user.name …` and `git config --global user.email …`.",
            )
        } else if said("not a git repository") {
            Error::new(ErrorKind::Invalid, "not_a_repository", "This folder is not in a git repository.")
        } else if said("could not fetch") || said("lazy fetching disabled") {
            Error::conflict(
                "partial_clone",
                "The repository is a partial clone and lacks objects that are needed. Run `git fetch --refetch \
                 --no-filter` in it and try again.",
            )
        } else if said("Permission denied") {
            Error::conflict(
                "permission_denied",
                format!("The files do not permit this: {}", first_line(&failure.stderr)),
            )
        } else if said("unable to write file") {
            // git does not say why; other reasons than this one come with a reason.
            Error::unavailable(
                "disk_full",
                "git could not write a file: most likely the disk is full. Make room and try again; nothing was lost.",
            )
        } else {
            return Error::internal(failure);
        };
        known.caused_by(failure)
    }
}

/// The error for a file operation of the runner's own that the disk did not allow.
pub(crate) fn disk(error: std::io::Error) -> Error {
    use std::io::ErrorKind as Io;
    match error.kind() {
        Io::StorageFull | Io::QuotaExceeded => {
            Error::unavailable("disk_full", "The disk is full. Make room and try again; nothing was lost.")
        }
        Io::PermissionDenied | Io::ReadOnlyFilesystem => {
            Error::conflict("permission_denied", "The files or folders of the workspace do not permit this.")
        }
        _ => return Error::internal(error),
    }
    .caused_by(error)
}

fn first_line(text: &str) -> String {
    redacted(text.lines().next().unwrap_or_default())
}

/// `text` without the credentials that URLs in it carry.
#[must_use]
pub fn redacted(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        clean.push_str(before);
        let end = after
            .find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"')
            .unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(sign) => {
                clean.push('…');
                &after[sign..]
            }
            None => after,
        };
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn a_url_loses_its_credentials_and_nothing_else() {
        assert_eq!(
            redacted("fatal: 'https://me:s3@cret@host/x.git' a@b"),
            "fatal: 'https://…@host/x.git' a@b"
        );
        assert_eq!(redacted("https://host/a@b ssh://git@host"), "https://host/a@b ssh://…@host");
        assert_eq!(redacted("nothing here"), "nothing here");
    }
}
