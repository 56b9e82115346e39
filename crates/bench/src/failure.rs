//! The one error of this program: a sentence.

use std::fmt;

/// Why the measuring could not go on.
#[derive(Debug)]
pub(crate) struct Failure(String);

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Says of an error what could not be done.
pub(crate) fn told<T, E: fmt::Display>(what: &str, result: Result<T, E>) -> Result<T> {
    result.map_err(|cause| Failure(format!("could not {what}: {cause}")))
}
