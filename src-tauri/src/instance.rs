//! One app per data folder: a second start raises the window of the first, with the link that it was given.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use switchyard_core::{DataFolder, Error, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use crate::link::Link;

/// Longest line that another start may send, in bytes.
const LONGEST_LINE: u64 = 1024;
/// How long the other side may take over its line.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often, and with which pauses, an app that is just starting or ending is tried.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// What a start comes to.
pub(crate) enum Start {
    /// This one opens the window.
    First(First),
    /// Another one is open and was told.
    HandedOver,
}

/// The right to open the window, and where further starts are heard.
pub(crate) struct First {
    listener: UnixListener,
    /// Held for as long as this process is there, however it ends.
    _lock: File,
}

/// Hands over to an app that is open, or becomes the one that is.
pub(crate) async fn start(folder: &DataFolder, link: Option<&Link>) -> Result<Start> {
    let socket = folder.desktop_socket()?;
    let lock = File::create(socket.with_extension("lock")).map_err(Error::internal)?;
    for _ in 0..TRIES {
        if hand_over(&socket, link).await.is_ok() {
            return Ok(Start::HandedOver);
        }
        match lock.try_lock() {
            Ok(()) => return Ok(Start::First(First { listener: listen(&socket)?, _lock: lock })),
            // It is about to listen, or to end.
            Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
            Err(TryLockError::Error(error)) => return Err(Error::internal(error)),
        }
    }
    let text = "Another Switchyard app is open with this data folder and does not answer. End it first.";
    Err(Error::unavailable("app_does_not_answer", text))
}

fn listen(socket: &Path) -> Result<UnixListener> {
    // Whoever left it is gone: the lock is ours.
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::internal(error)),
        _ => {}
    }
    UnixListener::bind(socket).map_err(Error::internal)
}

async fn hand_over(socket: &Path, link: Option<&Link>) -> io::Result<()> {
    let mut stream = UnixStream::connect(socket).await?;
    let line = format!("{}\n", link.map(ToString::to_string).unwrap_or_default());
    stream.write_all(line.as_bytes()).await?;
    let mut heard = [0];
    timeout(PATIENCE, stream.read_exact(&mut heard)).await??;
    Ok(())
}

impl First {
    /// Calls `raise` for each further start, with the link that it was given.
    pub(crate) async fn hear(self, raise: impl Fn(Option<Link>)) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => match timeout(PATIENCE, take_line(stream)).await {
                    Ok(Ok(line)) => raise(Link::parse(line.trim())),
                    Ok(Err(error)) => tracing::debug!(%error, "another start broke off"),
                    Err(_) => tracing::debug!("another start said nothing"),
                },
                Err(error) => {
                    tracing::warn!(%error, "further starts are not heard for a moment");
                    tokio::time::sleep(PATIENCE).await;
                }
            }
        }
    }
}

async fn take_line(mut stream: UnixStream) -> io::Result<String> {
    let (reading, mut writing) = stream.split();
    let mut line = String::new();
    BufReader::new(reading.take(LONGEST_LINE)).read_line(&mut line).await?;
    writing.write_all(b"\n").await?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_start_hands_its_link_to_the_first_and_ends() {
        let home = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(home.path()).unwrap();
        let Start::First(first) = start(&folder, None).await.unwrap() else { panic!("nothing is open yet") };
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let hearing = tokio::spawn(async move { first.hear(|link| drop(told.send(link))).await });
        let link = Link::parse("switchyard://approvals").unwrap();
        assert!(matches!(start(&folder, Some(&link)).await.unwrap(), Start::HandedOver));
        assert_eq!(heard.recv().await.unwrap(), Some(link));
        assert!(matches!(start(&folder, None).await.unwrap(), Start::HandedOver));
        assert_eq!(heard.recv().await.unwrap(), None);
        hearing.abort();
        let _ = hearing.await;
        let again = start(&folder, None).await.unwrap();
        assert!(matches!(again, Start::First(_)), "the first is gone, its socket left behind");
    }
}
