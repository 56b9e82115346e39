//! The data folder: what lies where, and who may read it.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind as Io, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use switchyard_api::random_secret;
use switchyard_domain::credential::Secret;
use switchyard_domain::{Error, Result};

/// Longest path that fits a Unix socket's address on all systems, in bytes.
const LONGEST_SOCKET_PATH: usize = 100;

/// The folder that holds everything Switchyard keeps. Only its owner may look into it.
#[derive(Clone, Debug)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// Opens the folder, making it where it is not there yet.
    ///
    /// # Errors
    /// `Unavailable` with code `data_folder` when it cannot be made or written.
    pub fn open(root: &Path) -> Result<Self> {
        private_dir(root)?;
        let folder = Self { root: root.to_owned() };
        private_dir(&folder.runner_state())?;
        Ok(folder)
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.root.join("switchyard.db")
    }

    /// The vault's file.
    #[must_use]
    pub fn credentials(&self) -> PathBuf {
        self.root.join("credentials.json")
    }

    /// The runner's own files: journals, its log.
    #[must_use]
    pub fn runner_state(&self) -> PathBuf {
        self.root.join("runner")
    }

    /// Where the desktop app's web view keeps what the page stores.
    #[must_use]
    pub fn webview(&self) -> PathBuf {
        self.root.join("webview")
    }

    /// How large the desktop app shows the page.
    #[must_use]
    pub fn zoom(&self) -> PathBuf {
        self.root.join("zoom")
    }

    /// Where the address of a running server is kept for `switchyard-server address`.
    #[must_use]
    pub fn address_file(&self) -> PathBuf {
        self.root.join("address")
    }

    /// The runner's socket: in the data folder, or, where that path is too long for a socket, in a private folder
    /// below the system's temporary one.
    ///
    /// # Errors
    /// `Unavailable` when that private folder cannot be made, or is not ours.
    pub fn runner_socket(&self) -> Result<PathBuf> {
        self.socket(self.runner_state().join("socket"), "socket")
    }

    /// Where an open desktop app is told of another start of it.
    ///
    /// # Errors
    /// As [`Self::runner_socket`].
    pub fn desktop_socket(&self) -> Result<PathBuf> {
        self.socket(self.root.join("desktop"), "desktop")
    }

    fn socket(&self, socket: PathBuf, short_name: &str) -> Result<PathBuf> {
        if socket.as_os_str().len() <= LONGEST_SOCKET_PATH {
            return Ok(socket);
        }
        let user = rustix::process::getuid().as_raw();
        let name = self.root.to_string_lossy().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let folder = PathBuf::from(format!("/tmp/switchyard-{user}-{name:016x}"));
        private_dir(&folder)?;
        Ok(folder.join(short_name))
    }

    /// The token that lets scripts in; made at first start, readable by its owner alone.
    ///
    /// # Errors
    /// `Unavailable` with code `data_folder` when it cannot be read or written.
    pub fn token(&self) -> Result<Secret> {
        let path = self.root.join("token");
        let mut text = String::new();
        match OpenOptions::new().read(true).open(&path) {
            Ok(mut file) => {
                file.read_to_string(&mut text).map_err(|error| unusable(&path, error))?;
                if text.trim().len() >= 16 {
                    return Ok(Secret::new(text.trim().to_owned()));
                }
            }
            Err(error) if error.kind() == Io::NotFound => {}
            Err(error) => return Err(unusable(&path, error)),
        }
        let token = random_secret()?;
        write_private(&path, token.reveal())?;
        Ok(token)
    }

    /// Notes where the server listens.
    ///
    /// # Errors
    /// `Unavailable` with code `data_folder`.
    pub fn note_address(&self, address: &str) -> Result<()> {
        write_private(&self.address_file(), address)
    }

    /// Where a running server listens, if one noted it.
    #[must_use]
    pub fn noted_address(&self) -> Option<String> {
        std::fs::read_to_string(self.address_file()).ok().map(|text| text.trim().to_owned())
    }
}

fn private_dir(path: &Path) -> Result<()> {
    match DirBuilder::new().recursive(true).mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) => return Err(unusable(path, error)),
    }
    let data = std::fs::symlink_metadata(path).map_err(|error| unusable(path, error))?;
    use std::os::unix::fs::MetadataExt;
    if data.uid() != rustix::process::getuid().as_raw() {
        return Err(unusable(path, "it belongs to another user"));
    }
    if data.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(|error| unusable(path, error))?;
    }
    Ok(())
}

/// Writes a file that only its owner may read, whole or not at all.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        File::open(path.parent().unwrap_or(path))?.sync_all()
    };
    write().map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let error = error.into();
    let text = format!(
        "{} cannot be used: {error}. Set SWITCHYARD_DATA_DIR to a folder of your own.",
        path.display()
    );
    Error::unavailable("data_folder", text).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_made_once_and_only_its_owner_may_read_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&home.path().join("data")).unwrap();
        let token = folder.token().unwrap();
        assert_eq!(folder.token().unwrap().reveal(), token.reveal());
        let mode = std::fs::metadata(home.path().join("data/token")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mode = std::fs::metadata(home.path().join("data")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_data_folder_with_a_long_path_still_gets_a_socket() {
        let home = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&home.path().join("long".repeat(30))).unwrap();
        let socket = folder.runner_socket().unwrap();
        assert!(socket.as_os_str().len() <= LONGEST_SOCKET_PATH);
        std::fs::remove_dir_all(socket.parent().unwrap()).unwrap();
    }
}
