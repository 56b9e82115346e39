//! What a remote, or git on the way to it, complains about, in terms that a person can act on.

use switchyard_domain::credential::GitCredential;
use switchyard_domain::remote::{RemoteUrl, Transport};
use switchyard_domain::runner::RemoteAccess;
use switchyard_domain::{Error, ErrorKind};

use super::credential;
use crate::git::{Output, redacted};

/// What is said where a host does not let its caller in.
const REFUSED: [&str; 9] = [
    "Authentication failed",
    "unable to get password from user",
    "could not read Username",
    "could not read Password",
    "terminal prompts disabled",
    "returned error: 401",
    "returned error: 403",
    "Permission denied (",
    "Host key verification failed",
];
const NOT_FOUND: [&str; 5] =
    ["returned error: 404", "returned error: 410", "' not found", "Repository not found", "does not exist"];
const MOVED: [&str; 5] = [
    "returned error: 301",
    "returned error: 302",
    "returned error: 303",
    "returned error: 307",
    "returned error: 308",
];
const NO_REMOTE: [&str; 4] = [
    "is this a git repository",
    "not valid: ",
    "does not appear to be a git repository",
    "protocol error: bad line length",
];
const FULL: [&str; 2] = ["No space left on device", "Disk quota exceeded"];
const UNREACHABLE: [&str; 16] = [
    "Could not resolve",
    "Failed to connect",
    "Couldn't connect",
    "Could not connect",
    "Connection refused",
    "Connection reset",
    "Connection timed out",
    "timed out",
    "Network is unreachable",
    "No route to host",
    "early EOF",
    "unexpected disconnect",
    "hung up unexpectedly",
    "RPC failed",
    "SSL",
    "returned error: 5",
];

/// The error that git's failure stands for.
pub(super) fn of(access: &RemoteAccess, output: &Output) -> Error {
    let url = &access.url;
    let said = credential::without(&redacted(&output.stderr), access.credential.as_ref());
    let any = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
    let host = url.host().as_str();
    let error = if any(&FULL) {
        Error::unavailable("disk_full", "The disk is full. Make room and try again; nothing was lost.")
    } else if any(&REFUSED) {
        refused(url, access.credential.as_ref())
    } else if any(&NOT_FOUND) {
        let private = match access.credential {
            Some(_) => " with the token that is kept for it",
            None => ". If it is a private one, add a token for its host in Settings",
        };
        Error::conflict("remote_not_found", format!("{host} has no repository at {url}{private}."))
    } else if any(&MOVED) {
        let text = format!("{host} says that {url} is elsewhere now. Add the repository by its new address.");
        Error::conflict("remote_moved", text)
    } else if any(&NO_REMOTE) {
        Error::conflict("not_a_remote", format!("There is something else than a git repository at {url}."))
    } else if any(&UNREACHABLE) {
        unreachable(url, last_line(&said))
    } else {
        let text = format!("git could not talk to {url}: {}", last_line(&said));
        Error::conflict("remote_failed", text)
    };
    error.caused_by(said)
}

fn refused(url: &RemoteUrl, credential: Option<&GitCredential>) -> Error {
    let host = url.host().as_str();
    let text = match (url.transport(), credential) {
        (Transport::Ssh, _) => format!(
            "{host} does not let you in by SSH. Check your key (`ssh -T git@{host}`), or use the https address with a token."
        ),
        (_, Some(_)) => format!(
            "{host} refused the token that is kept for it. Check in Settings that it is not expired and may read and \
             write this repository."
        ),
        (_, None) => {
            format!("{host} wants to know who you are. Add a token for {host} in Settings, then try again.")
        }
    };
    Error::conflict("remote_refused", text)
}

/// The error for a remote that does not answer.
pub(super) fn unreachable(url: &RemoteUrl, why: &str) -> Error {
    let text = format!("{} cannot be reached: {why}. Try again later.", url.host().as_str());
    Error::unavailable("remote_unreachable", text)
}

pub(super) fn timed_out(url: &RemoteUrl) -> Error {
    let text = format!("{} sent nothing for too long. Try again later.", url.host().as_str());
    Error::unavailable("clone_timed_out", text)
}

pub(super) fn too_large(url: &RemoteUrl, most_bytes: u64) -> Error {
    let text = format!(
        "{url} is larger than {} MiB, the most that is taken in here. Whoever runs this instance can allow more.",
        most_bytes >> 20
    );
    Error::conflict("clone_too_large", text)
}

pub(super) fn empty(url: &RemoteUrl) -> Error {
    let text = format!("{url} has no commit yet. Push a first one, then try again.");
    Error::conflict("remote_empty", text)
}

/// Why a branch did not get to its remote.
pub(super) fn of_push(access: &RemoteAccess, output: &Output) -> Error {
    let said = credential::without(&redacted(&output.stderr), access.credential.as_ref());
    if said.contains("[rejected]") || said.contains("non-fast-forward") {
        let text = format!(
            "{} has commits on this branch that are not here. Fetch and merge them first.\n{said}",
            access.url
        );
        return Error::conflict("push_rejected", text);
    }
    if said.contains("[remote rejected]") {
        return Error::conflict("push_failed", format!("{} did not take the branch.\n{said}", access.url));
    }
    of(access, output)
}

/// What git said last of what it cannot do.
fn last_line(said: &str) -> &str {
    let fatal = |line: &&str| line.starts_with("fatal: ") || line.starts_with("error: ");
    let line = said.lines().rev().find(fatal).or_else(|| said.lines().next_back()).unwrap_or_default();
    line.trim_start_matches("fatal: ").trim_start_matches("error: ").trim_end_matches('.')
}

/// Whether the remote said that it is elsewhere.
pub(super) fn is_moved(error: &Error) -> bool {
    error.kind == ErrorKind::Conflict && error.code == "remote_moved"
}
