//! Connections to a socket: from whom they may come, and how they count.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tonic::transport::server::Connected;

use super::Lifetime;
use super::lifetime::Visit;

/// A connection.
pub(crate) struct Connection {
    stream: UnixStream,
    _visit: Option<Visit>,
}

/// The connections that come.
pub(crate) struct Door {
    /// Where they come.
    pub(crate) listener: UnixListener,
    /// The one user id that is let in; whoever can reach the socket where unset.
    pub(crate) only: Option<u32>,
    /// What counts each connection as a visit for as long as it is open, if anything does.
    pub(crate) visits: Option<Lifetime>,
}

impl Door {
    /// The connections of those who are let in.
    pub(crate) fn incoming(self) -> impl Stream<Item = io::Result<Connection>> {
        futures_util::stream::unfold(self, |door| async move {
            loop {
                match door.listener.accept().await {
                    Ok((stream, _)) if door.lets_in(&stream) => {
                        let visit = door.visits.as_ref().map(Lifetime::visit);
                        return Some((Ok(Connection { stream, _visit: visit }), door));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        // Out of descriptors, most likely: let some go before trying again.
                        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                        return Some((Err(error), door));
                    }
                }
            }
        })
    }

    /// The kernel says who is at the other end; nobody can make that up.
    fn lets_in(&self, stream: &UnixStream) -> bool {
        let Some(only) = self.only else { return true };
        let peer = stream.peer_cred().map(|peer| (peer.uid(), peer.pid()));
        if matches!(peer, Ok((uid, _)) if uid == only) {
            return true;
        }
        // The host looks whether somebody is there.
        if !matches!(peer, Ok((0, _))) {
            tracing::warn!(?peer, security_event = true, "a connection of somebody else is refused");
        }
        false
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
