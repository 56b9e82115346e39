//! Reading `git diff --raw --patch` as it is printed, in bounded memory.
//!
//! Names stand quoted on lines of their own, and hunks are read by the number of lines that their headings announce,
//! so neither a file's name nor its content can be taken for a part of the format.

use switchyard_domain::diff::{FileStatus, Hunk};

use super::quoting::unquoted;

/// How much of a patch is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file's hunks.
    pub file_bytes: usize,
    /// Lines of one file's hunks.
    pub file_lines: usize,
    /// Files whose hunks are kept.
    pub files: usize,
    /// Bytes of all hunks together.
    pub bytes: usize,
}

impl Limits {
    /// What is left beside `files`.
    #[must_use]
    pub fn less(self, files: &[PatchFile]) -> Self {
        files.iter().fold(self, |left, file| left.less_hunks(&file.hunks))
    }

    /// What is left beside one file's hunks.
    #[must_use]
    pub fn less_hunks(self, hunks: &[Hunk]) -> Self {
        let bytes: usize = hunks.iter().flat_map(|hunk| &hunk.lines).map(|line| line.len() + 1).sum();
        let files = self.files.saturating_sub(usize::from(!hunks.is_empty()));
        Self { files, bytes: self.bytes.saturating_sub(bytes), ..self }
    }
}

/// A changed file.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchFile {
    /// Path within the repo.
    pub path: Vec<u8>,
    /// Path before a rename or copy.
    pub old_path: Option<Vec<u8>>,
    /// What happened to it.
    pub status: FileStatus,
    /// Octal mode before; `000000` where it was not there.
    pub old_mode: String,
    /// Octal mode now; `000000` where it is gone.
    pub new_mode: String,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Whether git takes it for binary.
    pub binary: bool,
    /// Whether hunks were left out because they are beyond a limit.
    pub too_large: bool,
    /// The changes.
    pub hunks: Vec<Hunk>,
    bytes: usize,
    lines: usize,
}

impl PatchFile {
    /// A file of which nothing more is known.
    #[must_use]
    pub fn without_hunks(path: Vec<u8>, status: FileStatus) -> Self {
        Self {
            path,
            old_path: None,
            status,
            old_mode: ABSENT.to_owned(),
            new_mode: ABSENT.to_owned(),
            additions: 0,
            deletions: 0,
            binary: false,
            too_large: false,
            hunks: Vec::new(),
            bytes: 0,
            lines: 0,
        }
    }
}

/// The mode of what is not there.
const ABSENT: &str = "000000";

/// Reads a patch piece by piece.
#[derive(Debug)]
pub struct PatchParser {
    limits: Limits,
    files: Vec<PatchFile>,
    line: Vec<u8>,
    cut: bool,
    in_patch: bool,
    /// The file that the lines belong to, and how many sections of it are still to come.
    current: Option<usize>,
    sections_left: usize,
    next: usize,
    old_left: u32,
    new_left: u32,
    with_hunks: usize,
    bytes: usize,
}

impl PatchParser {
    /// Reads a patch and keeps what `limits` allow.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            files: Vec::new(),
            line: Vec::new(),
            cut: false,
            in_patch: false,
            current: None,
            sections_left: 0,
            next: 0,
            old_left: 0,
            new_left: 0,
            with_hunks: 0,
            bytes: 0,
        }
    }

    /// Takes the next piece of what git prints.
    pub fn push(&mut self, mut chunk: &[u8]) {
        while let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            self.keep(&chunk[..end]);
            self.end_line();
            chunk = &chunk[end + 1..];
        }
        self.keep(chunk);
    }

    /// The files, once all was pushed.
    #[must_use]
    pub fn finish(mut self) -> Vec<PatchFile> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.files
    }

    /// Collects a line; of one that is longer than any file may be, only the beginning is kept.
    fn keep(&mut self, part: &[u8]) {
        let room = (self.limits.file_bytes + 1).saturating_sub(self.line.len());
        self.cut |= part.len() > room;
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let cut = std::mem::take(&mut self.cut);
        if self.old_left > 0 || self.new_left > 0 || line.first() == Some(&b'\\') {
            self.hunk_line(&line, cut);
        } else if !self.in_patch && line.first() == Some(&b':') {
            self.files.extend(raw_entry(&line));
        } else if line.starts_with(b"diff --git ") || line.starts_with(b"diff --cc ") {
            self.begin_section();
        } else if line.starts_with(b"@@ ") {
            self.begin_hunk(&line);
        } else if line.starts_with(b"Binary files ")
            && let Some(file) = self.current
        {
            self.files[file].binary = true;
        }
        self.line = line;
        self.line.clear();
    }

    fn begin_section(&mut self) {
        self.in_patch = true;
        if self.sections_left > 0 {
            self.sections_left -= 1;
            return;
        }
        let Some(at) =
            (self.next..self.files.len()).find(|at| self.files[*at].status != FileStatus::Unmerged)
        else {
            self.current = None;
            return;
        };
        // A file that became a link is printed as removed, then as added.
        self.sections_left = usize::from(self.files[at].status == FileStatus::TypeChanged);
        self.current = Some(at);
        self.next = at + 1;
    }

    fn begin_hunk(&mut self, line: &[u8]) {
        let Some(file) = self.current else { return };
        let Some(hunk) = hunk_heading(line) else { return };
        (self.old_left, self.new_left) = (hunk.old_lines, hunk.new_lines);
        let first = self.files[file].hunks.is_empty() && !self.files[file].too_large;
        if first && (self.with_hunks >= self.limits.files || self.bytes >= self.limits.bytes) {
            self.files[file].too_large = true;
        } else if first {
            self.with_hunks += 1;
        }
        if !self.files[file].too_large {
            self.files[file].hunks.push(hunk);
        }
    }

    fn hunk_line(&mut self, line: &[u8], cut: bool) {
        let mark = line.first().copied().unwrap_or(b' ');
        let Some(file) = self.current.map(|at| &mut self.files[at]) else {
            (self.old_left, self.new_left) = (0, 0);
            return;
        };
        match mark {
            b'+' => {
                file.additions += 1;
                self.new_left = self.new_left.saturating_sub(1);
            }
            b'-' => {
                file.deletions += 1;
                self.old_left = self.old_left.saturating_sub(1);
            }
            b'\\' => {}
            _ => {
                self.old_left = self.old_left.saturating_sub(1);
                self.new_left = self.new_left.saturating_sub(1);
            }
        }
        if file.too_large {
            return;
        }
        file.bytes += line.len() + 1;
        file.lines += 1;
        self.bytes += line.len() + 1;
        let over = file.bytes > self.limits.file_bytes || file.lines > self.limits.file_lines;
        if over || cut || self.bytes > self.limits.bytes {
            self.bytes -= file.bytes;
            self.with_hunks -= 1;
            file.too_large = true;
            file.hunks = Vec::new();
        } else if let Some(hunk) = file.hunks.last_mut() {
            hunk.lines.push(String::from_utf8_lossy(line).into_owned());
        }
    }
}

/// `:100644 100644 <hash> <hash> M<TAB>path`, with two paths for renames and copies.
fn raw_entry(line: &[u8]) -> Option<PatchFile> {
    let mut parts = line.strip_prefix(b":")?.split(|byte| *byte == b'\t');
    let mut facts = std::str::from_utf8(parts.next()?).ok()?.split(' ');
    let (old_mode, new_mode) = (facts.next()?.to_owned(), facts.next()?.to_owned());
    let status = match facts.nth(2)?.as_bytes().first()? {
        b'A' => FileStatus::Added,
        b'D' => FileStatus::Deleted,
        b'R' => FileStatus::Renamed,
        b'C' => FileStatus::Copied,
        b'T' => FileStatus::TypeChanged,
        b'U' => FileStatus::Unmerged,
        _ => FileStatus::Modified,
    };
    let first = unquoted(parts.next()?);
    let (old_path, path) = match parts.next() {
        Some(second) => (Some(first), unquoted(second)),
        None => (None, first),
    };
    Some(PatchFile { old_path, old_mode, new_mode, ..PatchFile::without_hunks(path, status) })
}

/// `@@ -1,2 +3,4 @@ heading`, where `,1` is left out.
fn hunk_heading(line: &[u8]) -> Option<Hunk> {
    let text = String::from_utf8_lossy(line);
    let (ranges, heading) = text.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| -> Option<(u32, u32)> {
        let (start, lines) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, lines.parse().ok()?))
    };
    let ((old_start, old_lines), (new_start, new_lines)) = (range(old)?, range(new)?);
    let heading = heading.strip_prefix(' ').unwrap_or(heading).to_owned();
    Some(Hunk { old_start, old_lines, new_start, new_lines, heading, lines: Vec::new() })
}

#[cfg(test)]
mod tests;
