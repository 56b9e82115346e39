//! Looking at the files of a workspace.

use std::io::Read;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType};
use switchyard_domain::workspace::{FileContent, FileEntry, FileKind};
use switchyard_domain::{Error, Result};

use super::beneath::{Folder, Links};
use crate::git::failure::disk;

const MOST_ENTRIES: usize = 10_000;
/// Bytes of a file that are shown.
const MOST_TEXT: u64 = 2 * 1024 * 1024;
/// Bytes in which a zero byte tells a binary file, as git does it.
const SNIFFED: usize = 8000;

/// Entries of the folder `path` beneath `root`, folders first, then by name; `.git` is not shown.
///
/// # Errors
/// `Invalid`: `path_outside`, `not_a_folder`. `NotFound`.
pub async fn list(root: PathBuf, path: String) -> Result<Vec<FileEntry>> {
    blocking(move || list_now(&root, &path)).await
}

/// Text of the file `path` beneath `root`, at most 2 MiB of it.
///
/// # Errors
/// `Invalid`: `path_outside`, `not_a_file`. `NotFound`.
pub async fn read(root: PathBuf, path: String) -> Result<FileContent> {
    blocking(move || read_now(&root, &path)).await
}

fn list_now(root: &Path, path: &str) -> Result<Vec<FileEntry>> {
    let path = path.trim_end_matches('/');
    let folder = Folder::open(root)?.folder(path, Links::Within)?;
    let mut entries = Vec::new();
    for entry in Dir::read_from(&folder).map_err(|error| disk(error.into()))? {
        let entry = entry.map_err(|error| disk(error.into()))?;
        let raw = entry.file_name();
        if matches!(raw.to_bytes(), b"." | b".." | b".git") {
            continue;
        }
        // What vanished meanwhile is not listed.
        let Ok(facts) = rustix::fs::statat(&folder, raw, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        let kind = match FileType::from_raw_mode(facts.st_mode) {
            FileType::Directory => FileKind::Dir,
            FileType::Symlink => FileKind::Symlink,
            _ => FileKind::File,
        };
        let name = raw.to_string_lossy().into_owned();
        let size = if kind == FileKind::Dir { 0 } else { u64::try_from(facts.st_size).unwrap_or(0) };
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        entries.push(FileEntry { name, path, kind, size });
        if entries.len() == MOST_ENTRIES {
            break;
        }
    }
    entries.sort_by(|a, b| (a.kind != FileKind::Dir, &a.name).cmp(&(b.kind != FileKind::Dir, &b.name)));
    Ok(entries)
}

fn read_now(root: &Path, path: &str) -> Result<FileContent> {
    let file = Folder::open(root)?.file(path, Links::Within)?;
    let size = file.metadata().map_err(disk)?.len();
    let mut bytes = Vec::new();
    file.take(MOST_TEXT).read_to_end(&mut bytes).map_err(disk)?;
    let truncated = size > bytes.len() as u64;
    if bytes[..bytes.len().min(SNIFFED)].contains(&0) {
        return Ok(FileContent { text: None, size, truncated: false });
    }
    if truncated {
        // Not in the middle of a character.
        let end = (0..4)
            .map(|back| bytes.len() - back)
            .find(|end| ends_whole(&bytes[..*end]))
            .unwrap_or(bytes.len());
        bytes.truncate(end);
    }
    Ok(FileContent { text: Some(String::from_utf8_lossy(&bytes).into_owned()), size, truncated })
}

fn ends_whole(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(4)..];
    (0..tail.len()).any(|from| std::str::from_utf8(&tail[from..]).is_ok()) || tail.is_empty()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
