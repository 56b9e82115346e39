//! Values as they are bound to a statement, the same for both engines.

use serde::Serialize;
use switchyard_domain::user::SecretDigest;
use switchyard_domain::*;
use uuid::Uuid;

/// A parameter of a statement. `None` is NULL, and still has a type: PostgreSQL wants to know it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Uuid(Option<Uuid>),
    Text(Option<String>),
    Int(Option<i64>),
    Bool(bool),
    /// A digest.
    Bytes([u8; 32]),
    /// Bytes that only their owner understands.
    Blob(Option<Vec<u8>>),
    /// A document in a `JSONB` column.
    Json(serde_json::Value),
    /// Kept to the microsecond.
    Time(Option<Timestamp>),
}

/// The parameters of a statement, `$1` first.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

/// A document for a `JSONB` column.
pub(crate) fn json(document: &impl Serialize) -> Result<Value> {
    serde_json::to_value(document).map(Value::Json).map_err(Error::internal)
}

/// A document for a text column, for what only the program reads and what agents say: unlike `JSONB`, text holds
/// every document that an agent can produce (an escaped NUL, for one).
pub(crate) fn document(document: &impl Serialize) -> Result<Value> {
    serde_json::to_string(document).map(Value::from).map_err(Error::internal)
}

/// `text` as both engines can keep it in a text column: PostgreSQL has no NUL.
pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// Microseconds since 1970, as SQLite keeps times.
pub(crate) fn micros(at: Timestamp) -> i64 {
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).unwrap_or(i64::MAX)
}

macro_rules! from {
    ($($type:ty => $value:ident ($conversion:expr)),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$value($conversion(value))
            }
        }
    )*};
}

from! {
    Uuid => Uuid(Some),
    Option<Uuid> => Uuid(|id| id),
    String => Text(Some),
    Option<String> => Text(|text| text),
    &str => Text(|text: &str| Some(text.to_owned())),
    &String => Text(|text: &String| Some(text.clone())),
    Option<&str> => Text(|text: Option<&str>| text.map(str::to_owned)),
    i64 => Int(Some),
    Option<i64> => Int(|number| number),
    u32 => Int(|number| Some(i64::from(number))),
    bool => Bool(|flag| flag),
    Option<&[u8]> => Blob(|bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec)),
    SecretDigest => Bytes(|digest: SecretDigest| digest.0),
    Timestamp => Time(Some),
    Option<Timestamp> => Time(|at| at),
}

macro_rules! from_ids {
    ($($id:ty),* $(,)?) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Uuid(Some(id.0))
            }
        }
        impl From<Option<$id>> for Value {
            fn from(id: Option<$id>) -> Self {
                Self::Uuid(id.map(|id| id.0))
            }
        }
    )*};
}

from_ids!(
    ReplicaId,
    OrgId,
    UserId,
    ProjectId,
    RepoId,
    TaskId,
    WorkspaceId,
    SessionId,
    MessageId,
    ApprovalId,
    CommentId,
    TerminalId,
    AuditId,
    LoginId,
    InvitationId,
    ApiKeyId,
    GroupId
);
