//! Files that git does not track yet.

use std::io::Read;
use std::path::Path;

use switchyard_domain::diff::{FileStatus, Hunk};
use switchyard_domain::{Error, Result};

use super::Look;
use crate::files::beneath::{Folder, Links};
use crate::git::patch::{Limits, PatchFile};
use crate::git::snapshot::TemporaryIndex;

/// Bytes in which a zero byte tells a binary file, as git does it.
const SNIFFED: usize = 8000;
/// Files above this many bytes are taken for binary, as git is told to do ([`super::BIG_FILE`]).
const MOST_COUNTED: u64 = 32 << 20;
/// Bytes that are read for the lines of files too large to be shown, of all files together; what is beyond is taken for
/// binary too.
const MOST_COUNTED_OF_ALL: u64 = 256 << 20;
/// Untracked files that are looked at as new places of removed ones.
const MOST_MOVED: usize = 1_000;

/// An index in which git sees untracked files as new, and those that it does not see: too large, or too many.
pub(super) async fn make_visible(
    look: Look<'_>,
    untracked: &[Vec<u8>],
    scratch: &Path,
) -> Result<(TemporaryIndex, Vec<Vec<u8>>)> {
    let root = Folder::open(&look.repo.tree.work_tree)?;
    let (mut shown, mut left_out) = (Vec::new(), Vec::new());
    for path in untracked {
        let small = root.size(path).is_some_and(|size| size <= look.limits.file_bytes as u64);
        let fits = small && shown.len() < MOST_MOVED && !path.ends_with(b"/");
        if fits { shown.push(path.clone()) } else { left_out.push(path.clone()) }
    }
    let index = TemporaryIndex::copy_of(&look.repo.tree, scratch)?;
    if !shown.is_empty() {
        let command =
            look.repo.tree.command().index(&index.path()).args(["add", "--intent-to-add", "--ignore-errors"]);
        let command = command.args(["--pathspec-from-file=-", "--pathspec-file-nul"]).input(shown.join(&0));
        // A file that went away meanwhile is no reason to show nothing.
        command.output().await?;
    }
    Ok((index, left_out))
}

/// Reads untracked files as the additions that they are.
pub(super) async fn read(look: Look<'_>, untracked: &[Vec<u8>]) -> Result<Vec<PatchFile>> {
    if untracked.is_empty() {
        return Ok(Vec::new());
    }
    let (root, limits, untracked) = (look.repo.tree.work_tree.clone(), look.limits, untracked.to_vec());
    let only = look.only.map(|only| only.as_bytes().to_vec());
    let work = move || {
        let root = Folder::open(&root)?;
        let (mut room, mut countable) = (limits, MOST_COUNTED_OF_ALL);
        let wanted = |path: &Vec<u8>| only.as_ref().is_none_or(|only| lossy(path).as_bytes() == only);
        let files = untracked.iter().filter(|path| wanted(path)).map(|path| {
            let mut file = added(&root, path, room);
            if file.too_large {
                count_lines(&root, &mut file, &mut countable);
            }
            room = room.less_hunks(&file.hunks);
            file
        });
        Ok(files.collect())
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// A new file; without its lines where it is beyond a limit, binary, not readable or a nested repository.
fn added(root: &Folder, path: &[u8], room: Limits) -> PatchFile {
    let mut file = PatchFile::without_hunks(path.to_vec(), FileStatus::Added);
    if path.ends_with(b"/") {
        return file;
    }
    if room.files == 0 {
        file.too_large = true;
        return file;
    }
    let most = room.file_bytes.min(room.bytes);
    let Some((content, mode)) = content(root, path, most) else { return file };
    file.new_mode = mode.to_owned();
    file.binary = content[..content.len().min(SNIFFED)].contains(&0);
    file.too_large = !file.binary && content.len() > most;
    if file.binary || file.too_large || content.is_empty() {
        return file;
    }
    let mut lines: Vec<String> = Vec::new();
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        lines.push(format!("+{}", String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line))));
    }
    let count = lines.len();
    file.too_large = content.len() + count > most || count > room.file_lines;
    if file.too_large {
        return file;
    }
    file.additions = count as u64;
    if content.last() != Some(&b'\n') {
        lines.push("\\ No newline at end of file".to_owned());
    }
    let new_lines = u32::try_from(count).unwrap_or(u32::MAX);
    file.hunks =
        vec![Hunk { old_start: 0, old_lines: 0, new_start: 1, new_lines, heading: String::new(), lines }];
    file
}

/// Counts the lines of a file whose lines are not shown, without holding it in memory.
fn count_lines(root: &Folder, file: &mut PatchFile, countable: &mut u64) {
    let size = root.size(&file.path).unwrap_or(0);
    if size > MOST_COUNTED.min(*countable) {
        (file.binary, file.too_large) = (true, false);
        return;
    }
    *countable -= size;
    let Ok(source) = root.file(&file.path, Links::Refused) else { return };
    let mut source = source.take(MOST_COUNTED);
    let mut block = vec![0; 64 * 1024];
    let mut last = b'\n';
    loop {
        match source.read(&mut block) {
            Ok(read) if read > 0 => {
                file.additions += block[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
                last = block[read - 1];
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => break,
        }
    }
    file.additions += u64::from(last != b'\n');
}

/// A file's content, or a link's target, with its mode; at most one byte more than `most`.
fn content(root: &Folder, path: &[u8], most: usize) -> Option<(Vec<u8>, &'static str)> {
    if let Some(target) = root.link_target(path) {
        return Some((target, "120000"));
    }
    let file = root.file(path, Links::Refused).ok()?;
    let executable = std::os::unix::fs::MetadataExt::mode(&file.metadata().ok()?) & 0o100 != 0;
    let mut content = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut content).ok()?;
    Some((content, if executable { "100755" } else { "100644" }))
}

fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
