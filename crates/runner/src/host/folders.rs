//! The folders of a host and of its users: who owns them, and what others can do in them.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Mode, OFlags, Uid, fchmod, fchown, fstat, mkdirat, open, openat};
use switchyard_domain::{Error, Result, UserId};

/// Others may pass through, so that each user reaches the own folder in it, and do nothing else.
const PASSABLE: u32 = 0o711;
/// One user's alone.
const PRIVATE: u32 = 0o700;
/// Bits by which somebody other than the owner can list or change.
const OTHERS_SEE_OR_WRITE: u32 = 0o066;
/// Bits by which somebody other than the owner can change.
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Makes sure that a folder in which users' own folders lie is the host's, and answers where it really is. It is made
/// if it is missing.
///
/// # Errors
/// `Unavailable` with code `folder_unsafe`, what is wrong and what to do; what the system says.
pub(super) fn passable(path: &Path) -> Result<PathBuf> {
    if !path.exists() {
        std::fs::create_dir_all(path).map_err(|error| cannot(path, &error))?;
        set_mode(path, PASSABLE).map_err(|error| cannot(path, &error))?;
    }
    let path = path.canonicalize().map_err(|error| cannot(path, &error))?;
    let facts = path.metadata().map_err(|error| cannot(&path, &error))?;
    let own = rustix::process::geteuid().as_raw();
    if !facts.is_dir() {
        return Err(unsafe_folder(&path, "it is no folder", "Name a folder"));
    }
    if facts.uid() != own {
        let what = format!("it belongs to user id {}", facts.uid());
        return Err(unsafe_folder(&path, &what, &format!("Run `chown {own} {}`", path.display())));
    }
    if facts.mode() & OTHERS_SEE_OR_WRITE != 0 {
        let what = format!("others can list it or write to it (mode {:o})", facts.mode() & 0o7777);
        return Err(unsafe_folder(&path, &what, &format!("Run `chmod {PASSABLE:o} {}`", path.display())));
    }
    for above in path.ancestors().skip(1) {
        let facts = above.metadata().map_err(|error| cannot(above, &error))?;
        let foreign = facts.uid() != own && facts.uid() != 0;
        // In a sticky folder others cannot move what is not theirs.
        let open = facts.mode() & OTHERS_WRITE != 0 && facts.mode() & STICKY == 0;
        if foreign || open {
            let what = format!("somebody else could put another in its place, through {}", above.display());
            return Err(unsafe_folder(&path, &what, "Make that folder root's, writable by nobody else"));
        }
    }
    // Whoever cannot pass through reaches nothing of the own.
    set_mode(&path, PASSABLE).map_err(|error| cannot(&path, &error))?;
    Ok(path)
}

/// A user's own folder in a folder that is the host's: made if it is missing, and made private if it is not.
///
/// # Errors
/// `Unavailable` with code `root_of_somebody_else` when it belongs to another user id; what the system says.
pub(super) fn private(parent: &Path, user: UserId, uid: u32) -> Result<PathBuf> {
    let path = parent.join(user.to_string());
    let owner = make_private(parent, user, uid).map_err(|error| cannot(&path, &error))?;
    if owner == uid {
        return Ok(path);
    }
    let text = format!(
        "The folder {} belongs to user id {owner}, and its user has {uid}. If it was put back from a copy, run \
         `chown -R {uid}:{uid} {0}`; otherwise find out who made it.",
        path.display()
    );
    Err(Error::unavailable("root_of_somebody_else", text))
}

/// Answers whose the folder is, which is made where nobody but the host could make it.
fn make_private(parent: &Path, user: UserId, uid: u32) -> io::Result<u32> {
    let folder = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    let parent = open(parent, folder, Mode::empty())?;
    let name = user.to_string();
    match mkdirat(&parent, &name, Mode::from_raw_mode(PRIVATE)) {
        Ok(()) => {
            let made = openat(&parent, &name, folder, Mode::empty())?;
            fchown(&made, Some(Uid::from_raw(uid)), Some(Gid::from_raw(uid)))?;
            // On disk before anybody is told of it.
            rustix::fs::fsync(&parent)?;
        }
        Err(rustix::io::Errno::EXIST) => {}
        Err(error) => return Err(error.into()),
    }
    let there = openat(&parent, &name, folder, Mode::empty())?;
    let owner = fstat(&there)?.st_uid;
    // A host that was killed between making it and giving it away goes on here.
    let own = rustix::process::geteuid().as_raw();
    if owner == own && is_empty(&there)? {
        fchown(&there, Some(Uid::from_raw(uid)), Some(Gid::from_raw(uid)))?;
    } else if owner != uid {
        return Ok(owner);
    }
    fchmod(&there, Mode::from_raw_mode(PRIVATE))?;
    Ok(uid)
}

fn is_empty(folder: &impl std::os::fd::AsFd) -> io::Result<bool> {
    let mut entries = rustix::fs::Dir::read_from(folder)?;
    Ok(entries.all(|entry| entry.is_ok_and(|entry| [c".", c".."].contains(&entry.file_name()))))
}

/// Makes a folder that the host alone can change and that others pass through to a socket which lets one of them in.
///
/// # Errors
/// As [`passable`].
pub(super) fn of_sockets(socket: &Path) -> Result<PathBuf> {
    let beside = socket
        .parent()
        .filter(|folder| folder.is_absolute())
        .ok_or_else(|| Error::invalid("socket", "Give the whole path of the socket, from the root."))?;
    let beside = passable(beside)?;
    passable(&beside.join("runners"))?;
    Ok(beside)
}

fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

fn unsafe_folder(path: &Path, what: &str, remedy: &str) -> Error {
    let text = format!("{} does not keep users apart: {what}. {remedy}, and start again.", path.display());
    Error::unavailable("folder_unsafe", text)
}

fn cannot(path: &Path, error: &io::Error) -> Error {
    Error::unavailable("folder_unusable", format!("{} cannot be used: {error}.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o7777
    }

    #[test]
    fn a_folder_that_others_can_list_or_write_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("workspaces");
        assert_eq!(passable(&base).unwrap(), base.canonicalize().unwrap());
        assert_eq!(mode(&base), 0o711);
        for bad in [0o755, 0o733, 0o770, 0o712, 0o714] {
            set_mode(&base, bad).unwrap();
            let error = passable(&base).unwrap_err();
            assert_eq!(error.code, "folder_unsafe", "{bad:o}");
            assert!(error.message.contains("chmod 711"), "{error}");
            assert_eq!(mode(&base), bad, "it was changed");
        }
        set_mode(&base, 0o700).unwrap();
        passable(&base).unwrap();
        assert_eq!(mode(&base), 0o711);
    }

    #[test]
    fn a_folder_that_somebody_could_replace_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let above = folder.path().join("above");
        std::fs::create_dir(&above).unwrap();
        set_mode(&above, 0o777).unwrap();
        let error = passable(&above.join("workspaces")).unwrap_err();
        assert!(error.message.contains("put another in its place"), "{error}");
    }

    #[test]
    fn a_root_that_is_a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let user = UserId::new();
        let own = rustix::process::geteuid().as_raw();
        let target = folder.path().join("target");
        std::fs::create_dir(&target).unwrap();
        std::os::unix::fs::symlink(&target, folder.path().join(user.to_string())).unwrap();
        assert_eq!(private(folder.path(), user, own).unwrap_err().code, "folder_unusable");
    }
}
