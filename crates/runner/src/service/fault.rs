//! The domain's error as a status.

use prost::Message;
use switchyard_domain::{Error, ErrorKind};
use tonic::{Code, Status};

use super::{encode, proto};

/// The status that carries an error; what only the log may know is logged here and stays behind.
pub(crate) fn status(error: Error) -> Status {
    if let Some(source) = &error.source {
        tracing::error!(code = error.code, source, "a request failed");
    }
    let (code, kind) = match error.kind {
        ErrorKind::Unauthenticated => (Code::Unauthenticated, "unauthenticated"),
        ErrorKind::Forbidden => (Code::PermissionDenied, "forbidden"),
        ErrorKind::NotFound => (Code::NotFound, "not_found"),
        ErrorKind::Invalid => (Code::InvalidArgument, "invalid"),
        ErrorKind::Conflict => (Code::FailedPrecondition, "conflict"),
        ErrorKind::Stale => (Code::Aborted, "stale"),
        ErrorKind::VersionRequired => (Code::FailedPrecondition, "version_required"),
        ErrorKind::Limited => (Code::ResourceExhausted, "limited"),
        ErrorKind::Unavailable => (Code::Unavailable, "unavailable"),
        ErrorKind::Internal => (Code::Internal, "internal"),
    };
    let fault = proto::Fault {
        kind: kind.to_owned(),
        code: error.code.to_owned(),
        message: error.message.clone().into_owned(),
        field: error.field.unwrap_or_default().to_owned(),
        conflicts: encode::conflicts(error.conflicts),
    };
    Status::with_details(code, error.message.into_owned(), fault.encode_to_vec().into())
}
