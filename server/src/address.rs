//! A fresh address of the running server.
//!
//! The request is one line over a loopback connection that we make ourselves, with the token from the data folder.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use switchyard_core::{DataFolder, Error, Result, Settings};

use crate::tell;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the running server for a one-time code and prints the address with it.
pub(crate) fn print(settings: &Settings) -> Result<()> {
    let folder = DataFolder::open(&settings.data_dir)?;
    let absent =
        || Error::unavailable("not_running", "Switchyard does not run. Start it with `switchyard-server`.");
    let url = folder.noted_address().ok_or_else(absent)?;
    let host = url.strip_prefix("http://").ok_or_else(absent)?;
    let token = match &settings.token {
        Some(token) => token.clone(),
        None => folder.token()?,
    };
    let request = format!(
        "POST /api/auth/codes HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n",
        token.reveal()
    );
    let answer = exchange(host, &request).map_err(|_| absent())?;
    let code = answer.split("\"code\":\"").nth(1).and_then(|rest| rest.split('"').next());
    match code {
        Some(code) if answer.starts_with("HTTP/1.1 201") => {
            tell(&format!("{url}/#code={code}"));
            Ok(())
        }
        _ => Err(Error::unavailable(
            "refused",
            "The server at that address did not take the token of this data folder.",
        )),
    }
}

fn exchange(host: &str, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
