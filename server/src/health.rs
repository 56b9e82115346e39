//! Whether the server of this machine answers: a health check that needs no other program in the image.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use switchyard_core::{Error, Result, Settings};

const PATIENCE: Duration = Duration::from_secs(4);

/// Succeeds if the server that these settings start says that it is well.
///
/// # Errors
/// `Unavailable` otherwise.
pub(crate) fn check(settings: &Settings) -> Result<()> {
    let host = match settings.host {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    let address = SocketAddr::new(host, settings.port);
    let status = ask(address).map_err(|error| {
        Error::unavailable("not_running", format!("No server answers at {address}.")).caused_by(error)
    })?;
    if status.starts_with("HTTP/1.1 200") {
        return Ok(());
    }
    Err(Error::unavailable("unhealthy", format!("The server at {address} is not well.")))
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut begin = [0; 12];
    stream.read_exact(&mut begin)?;
    Ok(String::from_utf8_lossy(&begin).into_owned())
}
