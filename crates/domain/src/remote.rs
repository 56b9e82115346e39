//! Remotes: git repositories that are reached by URL.

use std::fmt;

use crate::credential::GitHost;
use crate::{Error, ErrorKind, Result};

/// Longest address, in bytes.
const LONGEST: usize = 2048;
/// Longest folder name that is made of an address.
const LONGEST_NAME: usize = 100;
/// Hosts whose repositories have an owner and a name, and nothing else, in their address.
const OWNER_AND_NAME: [&str; 3] = ["github.com", "codeberg.org", "bitbucket.org"];
/// What stands behind a repository in the address of one of its pages.
const PAGES: [&str; 7] = ["-", "tree", "blob", "commit", "pull", "pulls", "issues"];

/// How a remote is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS.
    Https,
    /// HTTP: everybody on the way reads along.
    Http,
    /// SSH.
    Ssh,
}

/// The address of a repository. It carries no password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteUrl {
    text: String,
    transport: Transport,
    host: GitHost,
    /// Without a slash at its beginning.
    path: String,
}

impl RemoteUrl {
    /// An address as somebody wrote or copied it: `https://…`, `ssh://…`, `git@host:owner/name.git`, without a scheme,
    /// or the address of a page of the repository.
    ///
    /// # Errors
    /// `Invalid` with field `url` and code `url_with_credentials`, `unsupported_remote` or `invalid`.
    pub fn new(text: &str) -> Result<Self> {
        let text = text.trim();
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"\"\\'`<>|^{}".contains(c);
        if text.is_empty() || text.len() > LONGEST || !text.chars().all(plain) || text.starts_with('-') {
            return Err(invalid());
        }
        match text.split_once("://") {
            Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
                "https" => Self::of_http(Transport::Https, rest),
                "http" => Self::of_http(Transport::Http, rest),
                "ssh" | "git+ssh" => Self::of_ssh(rest),
                _ => Err(unsupported()),
            },
            None if text.starts_with(['/', '.', '~']) || text.contains("::") => Err(unsupported()),
            None => Self::without_scheme(text),
        }
    }

    fn of_http(transport: Transport, rest: &str) -> Result<Self> {
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_once('/').ok_or_else(invalid)?;
        if authority.contains('@') {
            return Err(with_credentials());
        }
        let host = host(authority)?;
        let path = repository_path(&host, path)?;
        let scheme = if transport == Transport::Https { "https" } else { "http" };
        Ok(Self { text: format!("{scheme}://{}/{path}", host.as_str()), transport, host, path })
    }

    fn of_ssh(rest: &str) -> Result<Self> {
        let (authority, path) = rest.split_once('/').ok_or_else(invalid)?;
        let (user, at) = authority.rsplit_once('@').unwrap_or(("", authority));
        let host = host(at)?;
        let path = repository_path(&host, path)?;
        let user = ssh_user(user)?;
        Ok(Self {
            text: format!("ssh://{user}{}/{path}", host.as_str()),
            transport: Transport::Ssh,
            host,
            path,
        })
    }

    /// `git@host:owner/name`, or `host/owner/name`.
    fn without_scheme(text: &str) -> Result<Self> {
        let colon = text.find(':').filter(|colon| !text[..*colon].contains('/'));
        let Some(colon) = colon.filter(|_| text.contains('@')) else {
            // A host's name has a dot, and whose repository it is stands before its name.
            return match text.split_once('/') {
                Some((name, rest)) if name.contains('.') && rest.trim_matches('/').contains('/') => {
                    Self::of_http(Transport::Https, text)
                }
                _ => Err(invalid()),
            };
        };
        let (authority, path) = (&text[..colon], &text[colon + 1..]);
        let (user, at) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, user) = (host(at)?, ssh_user(user)?);
        let rooted = if path.starts_with('/') { "/" } else { "" };
        let path = repository_path(&host, path)?;
        let text = format!("{user}{}:{rooted}{path}", host.as_str());
        Ok(Self { text, transport: Transport::Ssh, host, path })
    }

    /// The address, as git takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How it is reached.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The host that serves it.
    #[must_use]
    pub fn host(&self) -> &GitHost {
        &self.host
    }

    /// The same repository by HTTPS, for who has a token and no key.
    #[must_use]
    pub fn by_https(&self) -> Self {
        if self.transport != Transport::Ssh {
            return self.clone();
        }
        let host = self.host.without_port();
        let text = format!("https://{}/{}", host.as_str(), self.path);
        Self { text, transport: Transport::Https, host, path: self.path.clone() }
    }

    /// The address with `.git` at its end, where it has none: some hosts know their repositories by that alone.
    #[must_use]
    pub fn with_suffix(&self) -> Option<Self> {
        (!self.path.ends_with(".git")).then(|| Self {
            text: format!("{}.git", self.text),
            path: format!("{}.git", self.path),
            ..self.clone()
        })
    }

    /// A folder name for it: its last part.
    #[must_use]
    pub fn name(&self) -> String {
        let last = self.path.rsplit('/').next().unwrap_or_default();
        let last = last.strip_suffix(".git").unwrap_or(last);
        let readable = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let name: String = last.chars().map(readable).take(LONGEST_NAME).collect();
        let name = name.trim_start_matches(['.', '-']);
        if name.is_empty() { "repo".to_owned() } else { name.to_owned() }
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn host(text: &str) -> Result<GitHost> {
    GitHost::new(text).map_err(|_| invalid())
}

fn ssh_user(user: &str) -> Result<String> {
    if user.contains(':') {
        return Err(with_credentials());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if user.starts_with('-') || !user.chars().all(plain) {
        return Err(invalid());
    }
    Ok(if user.is_empty() { String::new() } else { format!("{user}@") })
}

/// The repository's part of a path, which may be that of a page.
fn repository_path(host: &GitHost, path: &str) -> Result<String> {
    let mut parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let is_page = |at: usize| {
        PAGES.contains(&parts[at]) || (parts[at] == "src" && parts.get(at + 1) == Some(&"branch"))
    };
    if let Some(page) = (2..parts.len()).find(|at| is_page(*at)) {
        parts.truncate(page);
    }
    if parts.iter().any(|part| part.is_empty() || *part == "." || *part == ".." || part.starts_with('-')) {
        return Err(invalid());
    }
    if OWNER_AND_NAME.contains(&host.as_str()) {
        if parts.len() < 2 {
            return Err(invalid());
        }
        parts.truncate(2);
    }
    Ok(parts.join("/"))
}

fn invalid() -> Error {
    Error::invalid(
        "url",
        "This is no address of a repository. It looks like https://github.com/owner/name or \
         git@github.com:owner/name.git.",
    )
}

fn unsupported() -> Error {
    let text = "Repositories are reached by https or ssh. Give an address that begins with https://.";
    Error { field: Some("url"), ..Error::new(ErrorKind::Invalid, "unsupported_remote", text) }
}

fn with_credentials() -> Error {
    let text = "An address is kept and shown, so it holds no user name, password or token. Leave that part out, and keep \
                the token under Settings, for its host.";
    Error { field: Some("url"), ..Error::new(ErrorKind::Invalid, "url_with_credentials", text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_understood_as_people_copy_it() {
        for (written, known) in [
            ("https://github.com/a/b", "https://github.com/a/b"),
            (" https://GitHub.com/a/b.git/ ", "https://github.com/a/b.git"),
            ("https://github.com/a/b/tree/main/src", "https://github.com/a/b"),
            ("https://github.com/a/b/pulls?q=x#y", "https://github.com/a/b"),
            ("github.com/a/b", "https://github.com/a/b"),
            ("https://gitlab.com/group/sub/b/-/tree/main", "https://gitlab.com/group/sub/b"),
            ("https://git.example.org:8443/a/b/src/branch/main/x", "https://git.example.org:8443/a/b"),
            ("http://127.0.0.1:3000/b.git", "http://127.0.0.1:3000/b.git"),
            ("git@github.com:a/b.git", "git@github.com:a/b.git"),
            ("me@example.org:/srv/b.git", "me@example.org:/srv/b.git"),
            ("ssh://git@example.org:2222/a/b", "ssh://git@example.org:2222/a/b"),
        ] {
            assert_eq!(RemoteUrl::new(written).unwrap().as_str(), known, "{written}");
            assert_eq!(RemoteUrl::new(known).unwrap().as_str(), known, "{written}");
        }
    }

    #[test]
    fn what_could_run_a_program_or_give_a_secret_away_is_no_address() {
        let long = format!("https://example.org/{}", "a".repeat(2048));
        for (bad, code) in [
            ("", "invalid"),
            ("x", "invalid"),
            ("https://github.com", "invalid"),
            ("https://github.com/a", "invalid"),
            ("https://example.org/a/../b", "invalid"),
            ("https://-oProxyCommand=x/a/b", "invalid"),
            ("ssh://-oProxyCommand=x/a/b", "invalid"),
            ("-oProxyCommand=x@h:a/b", "invalid"),
            ("git@github.com:--upload-pack=x", "invalid"),
            ("https://example.org/a b", "invalid"),
            ("https://example.org/a\nb", "invalid"),
            ("file:///etc", "unsupported_remote"),
            ("ext::sh -c x", "invalid"),
            ("ext::sh", "unsupported_remote"),
            ("git://example.org/a/b", "unsupported_remote"),
            ("/srv/git/b", "unsupported_remote"),
            ("../b", "unsupported_remote"),
            ("https://ghp_1@github.com/a/b", "url_with_credentials"),
            ("https://me:ghp_1@github.com/a/b", "url_with_credentials"),
            ("ssh://me:pw@example.org/a/b", "url_with_credentials"),
            (&long, "invalid"),
        ] {
            let error = RemoteUrl::new(bad).unwrap_err();
            assert_eq!((error.field, error.code), (Some("url"), code), "{bad}");
            assert!(!error.message.contains("ghp_1"));
        }
    }

    #[test]
    fn a_repository_is_named_by_the_last_part_and_reached_by_https_where_there_is_no_key() {
        let url = RemoteUrl::new("git@github.com:a/b.c.git").unwrap();
        assert_eq!(url.name(), "b.c");
        assert_eq!(url.by_https().as_str(), "https://github.com/a/b.c.git");
        let url = RemoteUrl::new("ssh://git@example.org:2222/a/.ü").unwrap();
        assert_eq!(url.name(), "repo");
        assert_eq!(url.by_https().as_str(), "https://example.org/a/.ü");
        assert_eq!(url.by_https().with_suffix().unwrap().as_str(), "https://example.org/a/.ü.git");
    }
}
