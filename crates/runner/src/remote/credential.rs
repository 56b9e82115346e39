//! Handing a credential to git: through a pipe that this one git inherits, and nobody else.
//!
//! Neither the command line nor the environment, which others may see, holds more than the pipe's number. What is in the
//! pipe is read once, by git's own credential helper, for the one host it is for.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::pipe::{PipeFlags, pipe_with};
use switchyard_domain::credential::GitCredential;
use switchyard_domain::remote::{RemoteUrl, Transport};
use switchyard_domain::{Error, Result};

use crate::git::GitCommand;

/// Has the command show `credential` to the remote's host if that asks.
///
/// # Errors
/// When there is no pipe to be had.
pub(super) fn hand(command: GitCommand, url: &RemoteUrl, credential: &GitCredential) -> Result<GitCommand> {
    if url.transport() == Transport::Ssh || credential.host() != url.host() {
        return Ok(command);
    }
    let pipe = filled(credential).map_err(Error::internal)?;
    let scheme = if url.transport() == Transport::Http { "http" } else { "https" };
    let helper = format!("!f() {{ test \"$1\" = get && exec cat /dev/fd/{}; exit 0; }}; f", pipe.as_raw_fd());
    let key = format!("credential.{scheme}://{}.helper", url.host().as_str());
    Ok(command.config(key, helper).handing_down(pipe))
}

/// A pipe that holds what git wants to read. It fits, since a credential is smaller than any pipe.
fn filled(credential: &GitCredential) -> io::Result<OwnedFd> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    let text = format!("username={}\npassword={}\n", credential.username(), credential.secret().reveal());
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        rest = &rest[rustix::io::write(&write, rest)?..];
    }
    Ok(read)
}

/// `text` without the credential, however a remote may say it back.
pub(super) fn without(text: &str, credential: Option<&GitCredential>) -> String {
    let Some(credential) = credential else { return text.to_owned() };
    let secret = credential.secret().reveal();
    let basic = STANDARD.encode(format!("{}:{secret}", credential.username()));
    text.replace(secret, "…").replace(&basic, "…")
}

#[cfg(test)]
mod tests {
    use switchyard_domain::credential::{GitCredentialOrigin, GitHost};

    use super::*;

    #[test]
    fn a_remote_that_says_the_credential_back_is_not_repeated() {
        let host = GitHost::new("example.org").unwrap();
        let credential = GitCredential::new(host, "ada", "ghp-canary", GitCredentialOrigin::Entered).unwrap();
        let said = "remote: Authorization: Basic YWRhOmdocC1jYW5hcnk= (ghp-canary)";
        assert_eq!(without(said, Some(&credential)), "remote: Authorization: Basic … (…)");
    }
}
