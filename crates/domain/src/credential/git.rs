//! Credentials for git remotes: a user name and a secret, one for each host.

use super::{LONGEST_VALUE, Secret};
use crate::task::names;
use crate::{Error, Result};

/// Most hosts for which one user keeps a credential.
pub const MOST_GIT_CREDENTIALS: usize = 64;

/// The user name where none was given: hosts that know their user by the token alone take any.
pub const DEFAULT_GIT_USERNAME: &str = "x-access-token";

/// Longest host name with its port, in bytes.
const LONGEST_HOST: usize = 260;
/// Longest user name, in bytes.
const LONGEST_USERNAME: usize = 256;

/// A host that serves git, with its port where that is not the usual one: `github.com`, `git.example.org:8443`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GitHost(String);

impl GitHost {
    /// A host as somebody wrote it. Letter case means nothing, and port 443 is left out.
    ///
    /// # Errors
    /// `Invalid` with field `host`.
    pub fn new(text: &str) -> Result<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (name, port) = match text.rfind(':') {
            // Colons within brackets are an address's own.
            Some(at) if !text[at..].contains(']') => (&text[..at], Some(&text[at + 1..])),
            _ => (text.as_str(), None),
        };
        let port = port.map(port_number);
        if text.len() > LONGEST_HOST || port == Some(None) || !(is_name(name) || is_address(name)) {
            return Err(Error::invalid(
                "host",
                "This is no host. Write its name alone, with the port where it is not the usual one, as in github.com \
                 or git.example.org:8443.",
            ));
        }
        Ok(match port.flatten() {
            None | Some(443) => Self(name.to_owned()),
            Some(port) => Self(format!("{name}:{port}")),
        })
    }

    /// The host, with its port where that is not the usual one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host's name or address, an address of the newer kind in its brackets, and its port if that is not the usual
    /// one.
    #[must_use]
    pub fn parts(&self) -> (&str, Option<u16>) {
        match self.0.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port.parse().ok()),
            _ => (&self.0, None),
        }
    }

    /// The same host at the usual port.
    #[must_use]
    pub fn without_port(&self) -> Self {
        Self(self.parts().0.to_owned())
    }
}

fn port_number(text: &str) -> Option<u16> {
    // A number's own reading allows a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0)
}

/// Whether this is a name, or an address of the old kind.
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(allowed) && !label.starts_with('-')
    };
    text.split('.').all(is_label)
}

/// Whether this looks like an address of the newer kind; who connects to it finds out whether it is one.
fn is_address(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
    (2..=45).contains(&inside.len()) && inside.contains(':') && inside.bytes().all(allowed)
}

/// How a credential for a git host came to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitCredentialOrigin {
    /// Its user entered it.
    Entered,
    /// The host gave it when its user signed in with an account there.
    SignIn,
}
names!(GitCredentialOrigin { Entered = "entered", SignIn = "sign_in" });

/// What git tells a host so that it lets its user in.
#[derive(Clone, Debug)]
pub struct GitCredential {
    host: GitHost,
    username: String,
    secret: Secret,
    origin: GitCredentialOrigin,
}

impl GitCredential {
    /// A credential as somebody wrote it, without the white space around its parts that comes with copying. An empty
    /// user name stands for [`DEFAULT_GIT_USERNAME`].
    ///
    /// # Errors
    /// `Invalid` with field `username` or `secret`.
    pub fn new(host: GitHost, username: &str, secret: &str, origin: GitCredentialOrigin) -> Result<Self> {
        let (username, secret) = (username.trim(), secret.trim());
        if username.len() > LONGEST_USERNAME || username.chars().any(char::is_control) {
            return Err(Error::invalid(
                "username",
                "A user name has at most 256 bytes, and stands on one line.",
            ));
        }
        // git reads both from lines.
        if secret.is_empty() || secret.len() > LONGEST_VALUE || secret.chars().any(char::is_control) {
            return Err(Error::invalid(
                "secret",
                "A token or password has 1 to 16,384 bytes, and stands on one line.",
            ));
        }
        let username = if username.is_empty() { DEFAULT_GIT_USERNAME } else { username }.to_owned();
        Ok(Self { host, username, secret: Secret::new(secret.to_owned()), origin })
    }

    /// The host that it is for.
    #[must_use]
    pub fn host(&self) -> &GitHost {
        &self.host
    }

    /// The name by which the host knows its user.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The token or password.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// How it came to be kept.
    #[must_use]
    pub fn origin(&self) -> GitCredentialOrigin {
        self.origin
    }
}

/// A credential for a git host that a vault keeps, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptGitCredential {
    /// The host that it is for.
    pub host: GitHost,
    /// The name by which the host knows its user.
    pub username: String,
    /// How it came to be kept.
    pub origin: GitCredentialOrigin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_one_spelling_of_its_name_and_port() {
        for (written, known) in [
            (" GitHub.com ", "github.com"),
            ("github.com:443", "github.com"),
            ("git.example.org:8443", "git.example.org:8443"),
            ("localhost:3000", "localhost:3000"),
            ("10.0.0.1", "10.0.0.1"),
            ("[::1]:3000", "[::1]:3000"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(GitHost::new(written).unwrap().as_str(), known, "{written}");
        }
        assert_eq!(GitHost::new("[::1]:3000").unwrap().parts(), ("[::1]", Some(3000)));
        assert_eq!(GitHost::new("[::1]").unwrap().parts(), ("[::1]", None));
        assert_eq!(GitHost::new("a.b:80").unwrap().without_port().as_str(), "a.b");
    }

    #[test]
    fn what_is_no_host_is_told_so() {
        let long = "a".repeat(300);
        for bad in [
            "",
            "https://github.com",
            "github.com/a",
            "me@github.com",
            "github.com:",
            "github.com:x",
            "github.com:0",
            "github.com:65536",
            "github.com:443:1",
            "a..b",
            "-oProxyCommand=x",
            "a b",
            "a\nb",
            "ä.example",
            "[::1",
            "[::1]x",
            "[x]",
            "::1",
            &long,
        ] {
            assert_eq!(GitHost::new(bad).unwrap_err().field, Some("host"), "{bad}");
        }
    }

    #[test]
    fn a_credential_has_lines_that_git_can_read() {
        let credential = |username: &str, secret: &str| {
            let host = GitHost::new("github.com").unwrap();
            GitCredential::new(host, username, secret, GitCredentialOrigin::Entered)
        };
        let good = credential("", " ghp_1\n").unwrap();
        assert_eq!((good.username(), good.secret().reveal()), (DEFAULT_GIT_USERNAME, "ghp_1"));
        assert_eq!(credential(" ada ", "x").unwrap().username(), "ada");
        assert_eq!(credential("a\nhost=evil", "x").unwrap_err().field, Some("username"));
        for bad in ["", " ", "a\nb", "a\rb", "a\0b", &"x".repeat(16_385)] {
            assert_eq!(credential("ada", bad).unwrap_err().field, Some("secret"));
        }
        assert!(!format!("{good:?}").contains("ghp_1"));
    }
}
