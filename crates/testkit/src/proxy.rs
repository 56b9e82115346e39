//! A way to a server that a test can cut, slow down, or leave open with nothing passing.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Everything passes at once.
    Open,
    /// Everything passes, this much later in each direction.
    Slow(Duration),
    /// Connections are there and can be made, and nothing passes: neither side is told.
    Silent,
    /// Connections break, and new ones with them.
    Cut,
}

/// Listens on a port of this machine and passes on to a Unix socket.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    way: watch::Sender<Way>,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// Opens a way to what listens on the Unix socket at `target`.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn to(target: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let way = watch::Sender::new(Way::Open);
        let serving = tokio::spawn(serve(listener, target.to_owned(), way.clone()));
        Ok(Self { port, way, serving })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the way, for connections that are there too.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
        self.way.send_replace(Way::Cut);
    }
}

async fn serve(listener: TcpListener, target: PathBuf, way: watch::Sender<Way>) {
    while let Ok((client, _)) = listener.accept().await {
        let (target, way) = (target.clone(), way.subscribe());
        tokio::spawn(async move {
            // Whatever ends it, both sides see the connection broken.
            let _ = pass(client, &target, way).await;
        });
    }
}

async fn pass(client: TcpStream, target: &Path, mut way: watch::Receiver<Way>) -> io::Result<()> {
    client.set_nodelay(true)?;
    passable(&mut way).await?;
    let server = UnixStream::connect(target).await?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = way.clone();
    tokio::select! {
        ended = copy(from_client, to_server, way.clone()) => ended,
        ended = copy(from_server, to_client, way.clone()) => ended,
        broken = cut.wait_for(|way| *way == Way::Cut) => broken.map(drop).map_err(io::Error::other),
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut way: watch::Receiver<Way>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        passable(&mut way).await?;
        to.write_all(&buffer[..length]).await?;
    }
}

/// Waits as long as the way makes one wait.
async fn passable(way: &mut watch::Receiver<Way>) -> io::Result<()> {
    let now = *way.wait_for(|way| *way != Way::Silent).await.map_err(io::Error::other)?;
    match now {
        Way::Slow(late) => tokio::time::sleep(late).await,
        Way::Cut => return Err(io::ErrorKind::ConnectionReset.into()),
        Way::Open | Way::Silent => {}
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Instant;

    use tokio::net::UnixListener;
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn a_way_is_open_slow_silent_or_cut() {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("echo")).unwrap();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = connection.into_split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        let proxy = Proxy::to(&folder.path().join("echo")).await.unwrap();
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        let mut said = [0; 2];
        client.write_all(b"hi").await.unwrap();
        client.read_exact(&mut said).await.unwrap();
        proxy.set(Way::Slow(SOON));
        let begun = Instant::now();
        client.write_all(b"ho").await.unwrap();
        client.read_exact(&mut said).await.unwrap();
        assert!(&said == b"ho" && begun.elapsed() >= 2 * SOON, "{:?}", begun.elapsed());
        proxy.set(Way::Silent);
        client.write_all(b"hm").await.unwrap();
        assert!(timeout(SOON, client.read_exact(&mut said)).await.is_err());
        proxy.set(Way::Cut);
        assert!(client.read_exact(&mut said).await.is_err());
    }
}
