//! What of a working tree is not committed.

use switchyard_domain::Result;

use super::Repository;

/// What is not committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Tracked files that differ from `HEAD` or from the index.
    pub changed: Vec<Changed>,
    /// Files that git neither tracks nor ignores; a nested repository ends in a slash.
    pub untracked: Vec<Vec<u8>>,
}

/// A tracked file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Path within the repo.
    pub path: Vec<u8>,
    /// Whether the index differs from `HEAD`.
    pub staged: bool,
    /// Whether the file differs from the index.
    pub unstaged: bool,
    /// Whether it is gone from the index or from the disk.
    pub deleted: bool,
    /// git's two letters, where the path is unmerged.
    pub unmerged: Option<[u8; 2]>,
}

impl Status {
    /// Whether everything is committed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changed.is_empty() && self.untracked.is_empty()
    }

    /// Unmerged paths with the kind of conflict.
    pub fn conflicts(&self) -> impl Iterator<Item = (&[u8], &'static str)> {
        self.changed.iter().filter_map(|file| {
            let kind = match &file.unmerged? {
                b"UU" => "content",
                b"AA" => "add/add",
                b"DU" | b"UD" => "modify/delete",
                _ => "rename",
            };
            Some((&file.path[..], kind))
        })
    }
}

impl Repository {
    /// What is not committed; the index is not refreshed.
    ///
    /// # Errors
    /// When git cannot tell.
    pub async fn status(&self) -> Result<Status> {
        let printed = self
            .command()
            .args(["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"])
            .arg("--ignore-submodules=dirty")
            .bytes()
            .await?;
        Ok(parse(&printed))
    }
}

/// Reads `status --porcelain=v2 -z --no-renames`: each entry's path is what follows a fixed number of fields.
fn parse(printed: &[u8]) -> Status {
    let mut status = Status::default();
    for entry in printed.split(|byte| *byte == 0) {
        let path =
            |fields: usize| entry.splitn(fields, |byte| *byte == b' ').last().unwrap_or_default().to_vec();
        match entry {
            [b'1', b' ', index, file, ..] => status.changed.push(Changed {
                path: path(9),
                staged: *index != b'.',
                unstaged: *file != b'.',
                deleted: *index == b'D' || *file == b'D',
                unmerged: None,
            }),
            [b'u', b' ', ours, theirs, ..] => status.changed.push(Changed {
                path: path(11),
                staged: false,
                unstaged: true,
                deleted: false,
                unmerged: Some([*ours, *theirs]),
            }),
            [b'?', b' ', path @ ..] => status.untracked.push(path.to_vec()),
            _ => {}
        }
    }
    status
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn entries_are_read_with_any_name() {
        let status = parse(
            b"1 M. N... 100644 100644 100644 aa bb a b\x001 .D N... 100644 100644 000000 aa aa \"q\"\n\x00\
              u DU N... 100644 000000 100644 100644 aa bb cc both\x00? new\tfile\x00? nested/\x00",
        );
        let names: Vec<_> = status.changed.iter().map(|file| String::from_utf8_lossy(&file.path)).collect();
        assert_eq!(names, ["a b", "\"q\"\n", "both"]);
        assert!(status.changed[0].staged && !status.changed[0].unstaged);
        assert!(!status.changed[1].staged && status.changed[1].unstaged);
        assert_eq!(status.conflicts().collect::<Vec<_>>(), [(&b"both"[..], "modify/delete")]);
        assert_eq!(status.untracked, [b"new\tfile".to_vec(), b"nested/".to_vec()]);
    }
}
