//! Opening what lies beneath a folder and nothing else.
//!
//! The kernel resolves each path in one step relative to the open folder (`openat2` with `RESOLVE_BENEATH`): there is
//! no moment between a check and a use in which a link could be swapped.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RenameFlags, ResolveFlags};
use rustix::io::Errno;
use switchyard_domain::{Error, ErrorKind, Result};

use crate::git::failure::disk;

/// Whether links within the folder are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// As long as they lead to something within the folder.
    Within,
    /// Not at all.
    Refused,
}

/// An open folder.
#[derive(Debug)]
pub struct Folder {
    fd: OwnedFd,
}

impl Folder {
    /// Opens the folder at `path`, which is our own and trusted.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(failure)?;
        Ok(Self { fd })
    }

    /// Opens a folder beneath this one; `""` is the folder itself.
    ///
    /// # Errors
    /// `path_outside` when the path leads out of the folder; `NotFound` when there is nothing.
    pub fn folder(&self, path: impl AsRef<[u8]>, links: Links) -> Result<Self> {
        let fd = self.open_beneath(path.as_ref(), OFlags::RDONLY | OFlags::DIRECTORY, links)?;
        Ok(Self { fd })
    }

    /// Opens a regular file beneath this folder for reading.
    ///
    /// # Errors
    /// `path_outside` when the path leads out of the folder; `NotFound` when there is nothing; `Invalid` with code
    /// `not_a_file` for folders and devices.
    pub fn file(&self, path: impl AsRef<[u8]>, links: Links) -> Result<File> {
        // Without NONBLOCK, opening a named pipe would wait for somebody to write into it.
        let file = File::from(self.open_beneath(path.as_ref(), OFlags::RDONLY | OFlags::NONBLOCK, links)?);
        if !file.metadata().map_err(disk)?.is_file() {
            return Err(Error::new(ErrorKind::Invalid, "not_a_file", "This is not a regular file."));
        }
        Ok(file)
    }

    /// The names of what is in the folder.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn names(&self) -> Result<Vec<Vec<u8>>> {
        let entries = rustix::fs::Dir::read_from(&self.fd).map_err(failure)?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_bytes().to_vec()));
        let names: Vec<Vec<u8>> = names.collect::<std::result::Result<_, _>>().map_err(failure)?;
        Ok(names.into_iter().filter(|name| name != b"." && name != b"..").collect())
    }

    /// What tells the folder from every other, whatever it is called: its device and its number there.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn identity(&self) -> Result<(u64, u64)> {
        let facts = rustix::fs::fstat(&self.fd).map_err(failure)?;
        Ok((facts.st_dev, facts.st_ino))
    }

    /// Size in bytes of a link's or file's content; `None` where there is nothing.
    #[must_use]
    pub fn size(&self, path: &[u8]) -> Option<u64> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat2(&self.fd, path, flags, Mode::empty(), resolve(Links::Within)).ok()?;
        u64::try_from(rustix::fs::fstat(fd).ok()?.st_size).ok()
    }

    /// Where the link at `path` leads; `None` for whatever is no link.
    #[must_use]
    pub fn link_target(&self, path: &[u8]) -> Option<Vec<u8>> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat2(&self.fd, path, flags, Mode::empty(), resolve(Links::Within)).ok()?;
        Some(rustix::fs::readlinkat(fd, c"", Vec::new()).ok()?.into_bytes())
    }

    /// Whether something other than a folder is at `path`.
    #[must_use]
    pub fn is_file_or_link(&self, path: &[u8]) -> bool {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat2(&self.fd, path, flags, Mode::empty(), resolve(Links::Within))
            .and_then(rustix::fs::fstat)
            .is_ok_and(|facts| !FileType::from_raw_mode(facts.st_mode).is_dir())
    }

    /// Makes the folders of `path` that are missing and opens the last.
    ///
    /// # Errors
    /// `path_outside` when one of them is a link.
    pub fn make_folders(&self, path: &str) -> Result<Self> {
        check(path.as_bytes())?;
        let mut at = Self { fd: self.fd.try_clone().map_err(disk)? };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            match rustix::fs::mkdirat(&at.fd, part, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(failure(error)),
            }
            at = at.folder(part, Links::Refused)?;
        }
        Ok(at)
    }

    /// Copies `from`, with its permissions, to `name` in this folder, unless something is there already. The file
    /// appears with its whole content or not at all.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn place(&self, name: &str, mut from: File) -> Result<()> {
        // The same name each time: what a kill leaves is overwritten and renamed when the copying is taken up again.
        let temporary = ".switchyard-copy";
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let to =
            rustix::fs::openat(&self.fd, temporary, flags, Mode::from_raw_mode(0o600)).map_err(failure)?;
        let mut to = File::from(to);
        let copied = std::io::copy(&mut from, &mut to)
            .and_then(|_| from.metadata())
            .and_then(|facts| to.set_permissions(facts.permissions()))
            .map_err(disk)
            .and_then(|()| {
                match rustix::fs::renameat_with(&self.fd, temporary, &self.fd, name, RenameFlags::NOREPLACE) {
                    Err(Errno::EXIST) => {
                        rustix::fs::unlinkat(&self.fd, temporary, AtFlags::empty()).map_err(failure)
                    }
                    renamed => renamed.map_err(failure),
                }
            });
        if copied.is_err() {
            // The first error is the one to tell.
            let _ = rustix::fs::unlinkat(&self.fd, temporary, AtFlags::empty());
        }
        copied
    }

    /// Makes a link in this folder, unless something is there already.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn link(&self, name: &str, target: &Path) -> Result<()> {
        match rustix::fs::symlinkat(target, &self.fd, name) {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }

    fn open_beneath(&self, path: &[u8], flags: OFlags, links: Links) -> Result<OwnedFd> {
        check(path)?;
        let path = if path.is_empty() { b"." } else { path };
        let flags = flags | OFlags::CLOEXEC;
        loop {
            match rustix::fs::openat2(&self.fd, path, flags, Mode::empty(), resolve(links)) {
                // The kernel cannot tell whether a folder that is being moved is still beneath ours.
                Err(Errno::AGAIN | Errno::INTR) => {}
                opened => return opened.map_err(failure),
            }
        }
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn resolve(links: Links) -> ResolveFlags {
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    if links == Links::Refused { beneath | ResolveFlags::NO_SYMLINKS } else { beneath }
}

/// Refuses what could not be meant well, whether or not it would lead out.
fn check(path: &[u8]) -> Result<()> {
    if path.starts_with(b"/")
        || path.contains(&0)
        || path.split(|byte| *byte == b'/').any(|part| part == b"..")
    {
        return Err(outside());
    }
    Ok(())
}

/// The one answer for every path that leads out of the folder.
#[must_use]
pub fn outside() -> Error {
    Error::new(ErrorKind::Invalid, "path_outside", "The path leads out of the workspace.")
}

fn failure(error: Errno) -> Error {
    match error {
        Errno::XDEV | Errno::LOOP => outside(),
        Errno::NOENT => Error::not_found(),
        Errno::NOTDIR => Error::new(ErrorKind::Invalid, "not_a_folder", "This is not a folder."),
        Errno::NAMETOOLONG => Error::invalid("path", "The path is too long."),
        other => disk(other.into()),
    }
}
