//! Reading a journal: what is there, then live.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::file::begin_after;
use super::{Line, Progress};

/// Bytes read at once. A longer line is read whole.
const BLOCK: usize = 256 * 1024;

/// The entries after `after`, in batches, in order; then live, for as long as `progress` says that more may come.
/// Memory is bounded by one block, or one line where that is longer, whatever the journal's size.
pub fn follow(
    path: PathBuf,
    progress: watch::Receiver<Progress>,
    after: i64,
) -> impl Stream<Item = io::Result<Vec<Line>>> + Send {
    let start = Reader { path, file: None, progress, after, at: 0, want: BLOCK };
    stream::try_unfold(
        start,
        |mut reader| async move { Ok(reader.next().await?.map(|lines| (lines, reader))) },
    )
}

struct Reader {
    path: PathBuf,
    file: Option<Arc<File>>,
    progress: watch::Receiver<Progress>,
    /// Number of the last entry that was read.
    after: i64,
    /// Where the next line begins.
    at: u64,
    /// Bytes to read next.
    want: usize,
}

impl Reader {
    async fn next(&mut self) -> io::Result<Option<Vec<Line>>> {
        loop {
            let known = *self.progress.borrow_and_update();
            // Where reading starts can only be found once the first entry wanted is there.
            if known.seq > self.after && (self.file.is_none() || self.at < known.length) {
                let file = self.file(known).await?;
                let (begin, want) =
                    (self.at, self.want.min(usize::try_from(known.length - self.at).unwrap_or(BLOCK)));
                let (read, lines) = blocking(move || read_lines(&file, begin, want)).await?;
                if lines.is_empty() {
                    self.want = self.want.saturating_mul(2);
                    continue;
                }
                self.at += read as u64;
                self.want = BLOCK;
                self.after = lines.last().map_or(self.after, |line| line.seq);
                return Ok(Some(lines));
            }
            // A writer that is gone without a word will write nothing more.
            if !known.live || self.progress.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    /// The open file, with `at` at the first line wanted.
    async fn file(&mut self, known: Progress) -> io::Result<Arc<File>> {
        if let Some(file) = &self.file {
            return Ok(Arc::clone(file));
        }
        let (path, after) = (self.path.clone(), self.after);
        let (file, at) = blocking(move || {
            let file = File::open(path)?;
            let at = begin_after(&file, known.length, after)?;
            Ok((Arc::new(file), at))
        })
        .await?;
        self.at = at;
        self.file = Some(Arc::clone(&file));
        Ok(file)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// The whole lines among `want` bytes from `begin`, and how many bytes they are.
fn read_lines(file: &File, begin: u64, want: usize) -> io::Result<(usize, Vec<Line>)> {
    let mut block = vec![0; want];
    file.read_exact_at(&mut block, begin)?;
    let Some(end) = block.iter().rposition(|byte| *byte == b'\n') else { return Ok((0, Vec::new())) };
    let lines = block[..end].split(|byte| *byte == b'\n').map(Line::parse).collect::<io::Result<_>>()?;
    Ok((end + 1, lines))
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use switchyard_domain::transcript::EntryBody;

    use super::super::{Fault, Journal, last};
    use super::*;

    fn message(text: String) -> EntryBody {
        EntryBody::AgentMessage { item: "m".into(), text }
    }

    async fn read_all(journal: &Journal, after: i64) -> Vec<i64> {
        let stream = follow(journal.path().to_owned(), journal.progress(), after);
        stream.map(|lines| lines.unwrap()).flat_map(stream::iter).map(|line| line.seq).collect().await
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn readers_that_join_at_any_point_see_every_entry_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.jsonl"), 0).unwrap();
        let mut readers = Vec::new();
        for round in 0..40 {
            for n in 0..250 {
                journal.append(1, 7, &[message(format!("{round}/{n} \n\u{1F600}"))]).unwrap();
            }
            let (from, journal) = (round * 200, journal.clone());
            readers.push(tokio::spawn(async move { (from, read_all(&journal, from).await) }));
            tokio::task::yield_now().await;
        }
        journal.close();
        for reader in readers {
            let (from, seen) = reader.await.unwrap();
            assert!(seen.iter().copied().eq(from + 1..=10_000), "from {from}: {} entries", seen.len());
        }
    }

    #[tokio::test]
    async fn a_line_longer_than_a_block_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.jsonl"), 0).unwrap();
        let long = "y".repeat(3 * BLOCK);
        journal.append(1, 0, &[message("a".into()), message(long.clone()), message("b".into())]).unwrap();
        journal.close();
        let stream = follow(journal.path().to_owned(), journal.progress(), 1);
        let lines: Vec<Line> = stream.map(|lines| lines.unwrap()).flat_map(stream::iter).collect().await;
        assert_eq!(lines[0].body().unwrap(), message(long));
        assert_eq!(lines.len(), 2);
    }

    #[tokio::test]
    async fn a_reopened_journal_goes_on_behind_its_last_entry_and_behind_what_is_stored_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        for (floor, expected) in [(0, 1), (0, 2), (10, 11), (0, 12)] {
            let journal = Journal::open(&path, floor).unwrap();
            let seq = journal.append(3, 0, &[message("z".into())]).unwrap().seq;
            assert_eq!(seq, expected);
            journal.written(seq).await.unwrap();
            journal.close();
        }
        assert_eq!(last(&File::open(&path).unwrap()).unwrap().seq, 12);
    }

    #[tokio::test]
    async fn a_disk_that_is_full_is_told_and_nothing_is_lost_once_there_is_room() {
        let journal = Journal::open(std::path::Path::new("/dev/full"), 0);
        // Not a regular file: what counts is that the first write fails and is reported.
        let journal = journal.unwrap();
        let seq = journal.append(1, 0, &[message("w".into())]).unwrap().seq;
        let fault = journal.fault().await;
        assert!(fault.full, "{fault:?}");
        assert_eq!(journal.written(seq).await, Err::<(), Fault>(fault));
    }
}
