//! Who has which user id: one for each user, for ever. The file is only ever appended to, and on disk before an id is
//! used, so that no id is given out twice, whatever happens in between.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use switchyard_domain::{Error, ErrorKind, Result, UserId};

/// User ids that are set aside for users. The first is the group of all runners and nobody's user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uids {
    first: u32,
    last: u32,
}

impl Uids {
    /// The group that runners are in and their users' programs are not.
    #[must_use]
    pub fn runners_gid(self) -> u32 {
        self.first
    }

    /// Whether a user or the runners' group may have this number.
    #[must_use]
    pub fn contains(self, id: u32) -> bool {
        (self.first..=self.last).contains(&id)
    }
}

impl FromStr for Uids {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let range = text.split_once('-').and_then(|(first, last)| {
            Some(Self { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? })
        });
        // The numbers below are the system's, and the highest two mean “none”.
        range.filter(|range| range.first >= 1000 && range.first < range.last && range.last < u32::MAX - 1).ok_or_else(
            || format!("`{text}` is no range such as 200000-299999, of numbers from 1000 up, the first below the last"),
        )
    }
}

/// Who has which user id.
#[derive(Debug)]
pub struct UidMap {
    range: Uids,
    path: PathBuf,
    file: File,
    known: HashMap<UserId, u32>,
    /// The highest number that was ever given out.
    highest: u32,
    /// A write failed, so that it is not known how the file ends.
    doubtful: bool,
}

impl UidMap {
    /// Reads the map, which is made if there is none.
    ///
    /// # Errors
    /// `Unavailable` with code `uid_map_damaged` and the line that cannot be trusted; what the system says.
    pub fn open(path: &Path, range: Uids) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        let mut file = options.open(path).map_err(Error::internal)?;
        let mut text = String::new();
        io::Read::read_to_string(&mut file, &mut text).map_err(|_| damaged(path, 1, "it is no text"))?;
        let mut known = HashMap::new();
        let mut highest = range.first;
        for (number, line) in text.split_inclusive('\n').enumerate().map(|(at, line)| (at + 1, line)) {
            let (uid, user) = parse(line).ok_or_else(|| damaged(path, number, "it cannot be read"))?;
            if known.values().any(|other| *other == uid) || known.insert(user, uid).is_some() {
                return Err(damaged(path, number, "a user or a number is in the file twice"));
            }
            highest = highest.max(uid);
        }
        // The file itself may be new.
        sync_folder_of(path).map_err(Error::internal)?;
        Ok(Self { range, path: path.to_owned(), file, known, highest, doubtful: false })
    }

    /// The user's id, given out now if there is none yet. It is on disk when this returns.
    ///
    /// # Errors
    /// `Limited` with code `uids_exhausted` when none is left; `Unavailable` with code `uid_map_unwritable`.
    pub fn uid_of(&mut self, user: UserId) -> Result<u32> {
        if let Some(uid) = self.known.get(&user) {
            return Ok(*uid);
        }
        if self.doubtful {
            return Err(unwritable(
                &self.path,
                "an earlier write to it failed, so the host must be started again",
            ));
        }
        let uid = self.highest + 1;
        if uid > self.range.last {
            return Err(Error::new(
                ErrorKind::Limited,
                "uids_exhausted",
                "There is no room for another user on this machine. Whoever runs Switchyard can make the runner host's \
                 range of user ids (SWITCHYARD_RUNNER_UIDS) longer at its end.",
            ));
        }
        let line = format!("{uid} {user}\n");
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.doubtful = true;
            return Err(unwritable(&self.path, &error.to_string()));
        }
        self.known.insert(user, uid);
        self.highest = uid;
        Ok(uid)
    }

    /// How many users can still be given an id.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.range.last.saturating_sub(self.highest)
    }

    /// The users that have an id.
    pub fn users(&self) -> impl Iterator<Item = (UserId, u32)> {
        self.known.iter().map(|(user, uid)| (*user, *uid))
    }
}

/// One line, which counts only with its end.
fn parse(line: &str) -> Option<(u32, UserId)> {
    let (uid, user) = line.strip_suffix('\n')?.split_once(' ')?;
    Some((uid.parse().ok()?, user.parse().ok()?))
}

fn damaged(path: &Path, line: usize, why: &str) -> Error {
    let path = path.display();
    Error::unavailable(
        "uid_map_damaged",
        format!(
            "Line {line} of {path} cannot be trusted: {why}. It says which user has which user id; a wrong guess would \
             give one user the files of another. Put the file back from a copy, or, if it is the last line and its user \
             id owns no folder among the workspaces, remove that line."
        ),
    )
}

fn unwritable(path: &Path, why: &str) -> Error {
    Error::unavailable(
        "uid_map_unwritable",
        format!("The new user cannot be noted in {}: {why}.", path.display()),
    )
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range() -> Uids {
        "2000-2003".parse().unwrap()
    }

    #[test]
    fn a_user_keeps_the_id_over_a_restart_and_nobody_else_gets_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uids");
        let users: Vec<UserId> = (0..4).map(|_| UserId::new()).collect();
        let mut map = UidMap::open(&path, range()).unwrap();
        assert_eq!([map.uid_of(users[0]).unwrap(), map.uid_of(users[1]).unwrap()], [2001, 2002]);
        assert_eq!(map.uid_of(users[0]).unwrap(), 2001);
        let mut map = UidMap::open(&path, range()).unwrap();
        assert_eq!((map.uid_of(users[1]).unwrap(), map.left()), (2002, 1));
        assert_eq!(map.uid_of(users[2]).unwrap(), 2003);
        let error = map.uid_of(users[3]).unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Limited, "uids_exhausted"));
        assert!(error.message.contains("SWITCHYARD_RUNNER_UIDS"), "{error}");
        // A longer range goes on where the old one ended; an id outside of it stays its user's.
        let mut map = UidMap::open(&path, "2002-2010".parse().unwrap()).unwrap();
        assert_eq!([map.uid_of(users[0]).unwrap(), map.uid_of(users[3]).unwrap()], [2001, 2004]);
    }

    #[test]
    fn a_damaged_map_is_told_and_not_guessed_around() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uids");
        let (one, other) = (UserId::new(), UserId::new());
        for (text, line) in [
            (format!("2001 {one}\n2002 {}", &other.to_string()[..20]), 2),
            (format!("2001 {one}\n2002 {other}"), 2),
            (format!("2001 {one}\n2001 {other}\n"), 2),
            (format!("2001 {one}\n2002 {one}\n"), 2),
            (format!("x {one}\n2002 {other}\n"), 1),
            (format!("2001 {one}\n\n2002 {other}\n"), 2),
        ] {
            std::fs::write(&path, &text).unwrap();
            let error = UidMap::open(&path, range()).unwrap_err();
            assert_eq!(error.code, "uid_map_damaged", "{text}");
            assert!(error.message.contains(&format!("Line {line} of")), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "it was changed");
        }
    }

    #[test]
    fn a_range_that_is_none_is_refused() {
        for bad in ["", "5", "2000-2000", "3000-2000", "10-20", "2000-4294967295", "a-b"] {
            assert!(bad.parse::<Uids>().is_err(), "{bad}");
        }
    }
}
