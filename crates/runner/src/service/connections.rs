//! Connections to the socket, each counted as a visit for as long as it is open.

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
pub(super) struct Connection {
    stream: UnixStream,
    _visit: Visit,
}

/// The connections that come.
pub(super) fn incoming(
    listener: UnixListener,
    lifetime: Lifetime,
) -> impl Stream<Item = io::Result<Connection>> {
    futures_util::stream::unfold((listener, lifetime), |(listener, lifetime)| async move {
        let accepted = listener.accept().await;
        let connection = accepted.map(|(stream, _)| Connection { stream, _visit: lifetime.visit() });
        if connection.is_err() {
            // Out of descriptors, most likely: let some go before trying again.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Some((connection, (listener, lifetime)))
    })
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
