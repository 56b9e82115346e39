//! Secrets as canaries: whatever is secret in a test's traffic is noted, and at the test's end it is looked for wherever
//! it must not be.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use memchr::memmem;
use serde_json::Value;

use crate::client::Answer;

/// Shorter texts are no secrets, but what tests send to be refused.
const SHORTEST: usize = 16;
/// Fields of requests and answers whose texts are secrets.
const SECRET_FIELDS: [&str; 9] =
    ["password", "current", "new", "secret", "token", "value", "key", "ticket", "invitation"];
/// Larger files are programs and git's packs.
const LARGEST_FILE: u64 = 8 << 20;

/// The secrets that were seen so far. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Canaries(Arc<Mutex<BTreeMap<String, String>>>);

impl Canaries {
    /// Notes a secret, with what it is.
    pub fn note(&self, what: impl Into<String>, secret: &str) {
        if secret.len() >= SHORTEST {
            self.known().insert(secret.to_owned(), what.into());
        }
    }

    /// Notes what is secret in a request's or an answer's body.
    pub fn note_body(&self, path: &str, body: &Value) {
        for field in SECRET_FIELDS {
            if let Some(secret) = body[field].as_str() {
                self.note(format!("`{field}` of {path}"), secret);
            }
        }
        // A link that is for one person has its secret behind the sign that browsers send to nobody.
        if let Some((_, secret)) = body["url"].as_str().and_then(|url| url.rsplit_once('#')) {
            self.note(format!("the link of {path}"), secret);
        }
    }

    /// Refuses an answer that gives a secret away in an error.
    ///
    /// # Panics
    /// When it does.
    pub fn judge(&self, what: &str, answer: &Answer) {
        if answer.status >= 400 {
            self.absent_from(&format!("the error of {what}"), &answer.body);
        }
    }

    /// Looks through one text for all of them: as they are, and in hexadecimal digits as databases show bytes.
    ///
    /// # Panics
    /// When one is there.
    pub fn absent_from(&self, place: &str, text: &[u8]) {
        for (secret, what) in self.known().iter() {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            for form in [secret.as_str(), &hex] {
                let found = memmem::find(text, form.as_bytes());
                assert!(found.is_none(), "{what} is in {place}");
            }
        }
    }

    /// Looks through all files below a folder, but for those of these names.
    ///
    /// # Panics
    /// When one is there.
    pub fn absent_below(&self, folder: &Path, but: &[&str]) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type());
            if but.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            match kind {
                Ok(kind) if kind.is_dir() => self.absent_below(&path, but),
                Ok(kind) if kind.is_file() && entry.metadata().is_ok_and(|it| it.len() <= LARGEST_FILE) => {
                    // Gone meanwhile is as good.
                    self.absent_from(&path.display().to_string(), &std::fs::read(&path).unwrap_or_default());
                }
                _ => {}
            }
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Canaries;

    #[test]
    #[should_panic(expected = "`password` of /login is in the log")]
    fn a_secret_is_found_in_the_middle_of_a_text() {
        let canaries = Canaries::default();
        canaries.note_body("/login", &json!({ "username": "ada", "password": "a secret of some length" }));
        canaries.absent_from("the log", b"who=ada with=a secret of some length!");
    }

    #[test]
    #[should_panic(expected = "a key is in a column")]
    fn a_secret_is_found_as_a_database_shows_bytes() {
        let canaries = Canaries::default();
        canaries.note("a key", "sy_0123456789abcdef");
        canaries.absent_from("a column", br"\\x0073795f30313233343536373839616263646566");
    }
}
