//! Statuses back into the domain's error.

use std::str::FromStr;

use prost::Message;
use switchyard_domain::diff::Conflict;
use switchyard_domain::{Error, ErrorKind};
use tonic::{Code, Status};

use crate::decode::decode_conflicts;
use crate::proto;

/// Codes and fields are `&'static str` in the domain, since they come from a fixed set; what a runner sends is
/// looked up here and an unknown one is kept once for the life of the process.
fn stable(text: String) -> &'static str {
    use std::collections::HashSet;
    use std::sync::{Mutex, OnceLock, PoisonError};
    static KNOWN: OnceLock<Mutex<HashSet<&'static str>>> = OnceLock::new();
    /// A runner that makes codes up must not grow our memory without end.
    const MOST: usize = 512;
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.get(text.as_str()) {
        return text;
    }
    if known.len() >= MOST {
        return "runner_error";
    }
    let text: &'static str = Box::leak(text.into_boxed_str());
    known.insert(text);
    text
}

/// There is no runner to connect to, and this is why.
#[derive(Debug)]
pub(crate) struct CannotStart(pub(crate) Error);

impl std::fmt::Display for CannotStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for CannotStart {}

/// Why there is no runner, if that is what the transport stumbled over.
fn cannot_start(status: &Status) -> Option<&CannotStart> {
    let first = std::error::Error::source(status);
    std::iter::successors(first, |error| error.source()).find_map(|error| error.downcast_ref())
}

/// The domain's error behind a status.
pub(crate) fn decode_status(status: &Status) -> Error {
    if let Ok(fault) = proto::Fault::decode(status.details())
        && !fault.code.is_empty()
    {
        let conflicts: Vec<Conflict> = decode_conflicts(fault.conflicts).unwrap_or_default();
        let mut error =
            Error::new(kind(&fault.kind), stable(fault.code), fault.message).with_conflicts(conflicts);
        error.field = (!fault.field.is_empty()).then(|| stable(fault.field));
        return error;
    }
    match status.code() {
        // A runner says what is wrong in a fault; without one, the connection broke, which has several codes.
        Code::Unavailable | Code::Cancelled | Code::DeadlineExceeded | Code::Unknown | Code::Internal => {
            let text = match cannot_start(status) {
                // Trying again does not help against a limit.
                Some(CannotStart(limit)) if limit.kind == ErrorKind::Limited => {
                    return Error::new(limit.kind, limit.code, limit.message.clone());
                }
                Some(CannotStart(reason)) => reason.message.clone(),
                None => {
                    "The runner does not answer; it is being started again. Try again in a moment.".into()
                }
            };
            Error::unavailable("runner_unavailable", text).caused_by(status.to_string())
        }
        _ => Error::internal(status.to_string()),
    }
}

fn kind(name: &str) -> ErrorKind {
    match name {
        "unauthenticated" => ErrorKind::Unauthenticated,
        "forbidden" => ErrorKind::Forbidden,
        "not_found" => ErrorKind::NotFound,
        "invalid" => ErrorKind::Invalid,
        "conflict" => ErrorKind::Conflict,
        "stale" => ErrorKind::Stale,
        "version_required" => ErrorKind::VersionRequired,
        "limited" => ErrorKind::Limited,
        "unavailable" => ErrorKind::Unavailable,
        _ => ErrorKind::Internal,
    }
}

/// A value that a runner sent and that we cannot read: it does not speak our protocol.
pub(crate) fn garbled(what: &str, text: impl std::fmt::Display) -> Error {
    Error::internal(format!("the runner sent a {what} that cannot be read: {text}"))
}

/// Reads a value that travels as text.
pub(crate) fn parse<T: FromStr>(what: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| garbled(what, text))
}
