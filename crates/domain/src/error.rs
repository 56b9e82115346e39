//! The one error that crosses crate borders, and its few kinds.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::diff::Conflict;

/// What a caller can do about an error. Each transport maps these once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No, or no valid, identity. (HTTP 401)
    Unauthenticated,
    /// Identity is known, its role does not suffice. (403)
    Forbidden,
    /// Absent, or of somebody else: deliberately the same. (404)
    NotFound,
    /// The request is malformed or breaks a rule. (422)
    Invalid,
    /// The resource is in a state that does not allow this. (409)
    Conflict,
    /// The caller's version is not the current one. (409)
    Stale,
    /// A version is required and was not sent. (428)
    VersionRequired,
    /// A limit was reached; trying later may succeed. (429)
    Limited,
    /// Something that we depend on does not answer. (503)
    Unavailable,
    /// Our own fault. (500)
    Internal,
}

/// An error with a public message (says what to do) and, apart from it, internal detail for the log.
pub struct Error {
    /// What a caller can do about it.
    pub kind: ErrorKind,
    /// Stable, machine-readable, `snake_case`; clients may match on it.
    pub code: &'static str,
    /// One or two sentences for a person. Never holds a secret or an internal detail.
    pub message: Cow<'static, str>,
    /// The request's field that is at fault, if one is.
    pub field: Option<&'static str>,
    /// Paths that conflict, where `code` is `merge_conflict`.
    pub conflicts: Vec<Conflict>,
    /// When trying again may succeed, counted from now, where that is known.
    pub retry_after: Option<Duration>,
    /// For the log alone.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result type of all ports and use cases.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` with a stable `code` and a message for people.
    pub fn new(kind: ErrorKind, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            field: None,
            conflicts: Vec::new(),
            retry_after: None,
            source: None,
        }
    }

    /// The one answer for what is absent and for what belongs to somebody else.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorKind::NotFound, "not_found", "There is nothing here that you can see.")
    }

    /// A field of the request breaks a rule.
    pub fn invalid(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field), ..Self::new(ErrorKind::Invalid, "invalid", message) }
    }

    /// The state of the resource does not allow the request.
    pub fn conflict(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Conflict, code, message)
    }

    /// The version that the caller saw is no longer the current one.
    #[must_use]
    pub fn stale() -> Self {
        Self::new(ErrorKind::Stale, "stale", "This was changed by somebody else since you read it.")
    }

    /// A dependency does not answer.
    pub fn unavailable(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Unavailable, code, message)
    }

    /// Our own fault; `source` goes to the log, the caller learns only that it happened.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(ErrorKind::Internal, "internal", "Something went wrong on our side.")
        }
    }

    /// Attaches detail for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says when trying again may succeed.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Attaches the conflicting paths.
    #[must_use]
    pub fn with_conflicts(mut self, conflicts: Vec<Conflict>) -> Self {
        self.conflicts = conflicts;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}: {}", self.kind, self.code, self.message)?;
        if let Some(source) = &self.source {
            write!(f, " <- {source:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}
