//! Finding one's way in a journal's file: its last line, a line by its number.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::line::{self, Line};

/// Bytes read at once when looking for the border of a line.
const STEP: u64 = 64 * 1024;

/// The last entry of a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Last {
    /// Bytes of whole lines.
    pub length: u64,
    /// Number of the last entry; 0 when there is none.
    pub seq: i64,
    /// Its turn.
    pub turn: u32,
}

/// The last whole line of a journal.
///
/// # Errors
/// What the system says; `InvalidData` when the line is not an entry.
pub fn last(file: &File) -> io::Result<Last> {
    let Some(end) = last_line_end(file)? else { return Ok(Last::default()) };
    let begin = line_begin(file, end - 1)?;
    let line = Line::parse(&read(file, begin, end - 1)?)?;
    Ok(Last { length: end, seq: line.seq, turn: line.turn })
}

/// The whole lines among the last `bytes` of a journal.
///
/// # Errors
/// What the system says; `InvalidData` when a line is not an entry.
pub fn tail(file: &File, bytes: u64) -> io::Result<Vec<Line>> {
    let Some(end) = last_line_end(file)? else { return Ok(Vec::new()) };
    let begin = if end <= bytes { 0 } else { line_begin(file, end - bytes)? };
    read(file, begin, end - 1)?.split(|byte| *byte == b'\n').map(Line::parse).collect()
}

/// Cuts off a last line that a crash left half written.
///
/// # Errors
/// As [`last`].
pub fn repair(file: &File) -> io::Result<Last> {
    let found = last(file)?;
    if file.metadata()?.len() > found.length {
        file.set_len(found.length)?;
    }
    Ok(found)
}

/// Where the first line whose number is greater than `after` begins, among the first `length` bytes; `length` when there
/// is none. Bisects, so that it is as quick in a large journal as in a small one.
pub(super) fn begin_after(file: &File, length: u64, after: i64) -> io::Result<u64> {
    let (mut low, mut high) = (0, length);
    // Lines that begin before `low` have numbers up to `after`; those that begin at `high` or behind it, greater ones.
    while low < high {
        let begin = line_begin(file, low + (high - low) / 2)?;
        let end = line_end(file, begin, length)?;
        if line::seq(&read(file, begin, end)?)? <= after {
            low = end + 1;
        } else {
            high = begin;
        }
    }
    Ok(low)
}

/// Behind the newline that ends the last whole line.
fn last_line_end(file: &File) -> io::Result<Option<u64>> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(None);
    }
    let begin = line_begin(file, length)?;
    Ok((begin > 0).then_some(begin))
}

/// Where the line begins that holds the byte at `at`: behind the last newline before it.
fn line_begin(file: &File, at: u64) -> io::Result<u64> {
    let mut end = at;
    while end > 0 {
        let begin = end.saturating_sub(STEP);
        let block = read(file, begin, end)?;
        if let Some(found) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(begin + found as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

/// Where the newline stands that ends the line which begins at `begin`.
fn line_end(file: &File, begin: u64, length: u64) -> io::Result<u64> {
    let mut at = begin;
    while at < length {
        let end = length.min(at + STEP);
        if let Some(found) = read(file, at, end)?.iter().position(|byte| *byte == b'\n') {
            return Ok(at + found as u64);
        }
        at = end;
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "a journal's last line has no end"))
}

fn read(file: &File, begin: u64, end: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(end - begin).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    let mut block = vec![0; length];
    file.read_exact_at(&mut block, begin)?;
    Ok(block)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn journal(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn lines(first: i64, count: i64) -> String {
        (first..first + count)
            .map(|seq| {
                let filler = "x".repeat((seq * 7919 % 3000) as usize);
                format!("{{\"seq\":{seq},\"turn\":{},\"at\":0,\"body\":\"{filler}\"}}\n", seq / 10)
            })
            .collect()
    }

    #[test]
    fn a_torn_last_line_is_cut_off() {
        let whole = lines(1, 30);
        let file = journal(&format!("{whole}{{\"seq\":31,\"tu"));
        assert_eq!(repair(&file).unwrap(), Last { length: whole.len() as u64, seq: 30, turn: 3 });
        assert_eq!(file.metadata().unwrap().len(), whole.len() as u64);
        let file = journal("{\"seq\":1,\"turn");
        assert_eq!(repair(&file).unwrap(), Last::default());
        assert_eq!(file.metadata().unwrap().len(), 0);
    }

    #[test]
    fn any_line_is_found_by_its_number() {
        let text = lines(5, 400);
        let file = journal(&text);
        let length = text.len() as u64;
        for after in [0, 3, 4, 5, 6, 77, 200, 403, 404, 405, 9000] {
            let begin = begin_after(&file, length, after).unwrap() as usize;
            let next = text[begin..].lines().next().map(|line| line::seq(line.as_bytes()).unwrap());
            assert_eq!(next, (after < 404).then_some((after + 1).max(5)), "after {after}");
        }
        assert_eq!(begin_after(&journal(""), 0, 0).unwrap(), 0);
    }
}
