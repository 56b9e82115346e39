//! Which remotes may be reached, and how long and large it may get.

use std::str::FromStr;
use std::time::Duration;

use switchyard_domain::Error;
use switchyard_domain::credential::GitHost;
use switchyard_domain::remote::{RemoteUrl, Transport};

/// Which remotes may be reached, and how long and large it may get.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whether this runner serves one of several users: only public addresses are reached then, over HTTPS alone, and
    /// nothing that the user's programs can write is heeded.
    pub apart: bool,
    /// What may be reached nevertheless.
    pub exceptions: Vec<Exception>,
    /// How long a remote may send nothing.
    pub patience: Duration,
    /// How many bytes a clone may have.
    pub most_bytes: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            apart: false,
            exceptions: Vec::new(),
            patience: Duration::from_secs(120),
            most_bytes: 20 << 30,
        }
    }
}

/// A host of the operator's own network that serves repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    host: GitHost,
    /// Whether it is reached without encryption, which is for tests.
    plain: bool,
}

impl FromStr for Exception {
    type Err = Error;

    /// `host`, `host:port`, or `http://host:port` for one without encryption.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (host, plain) = match text.trim().strip_prefix("http://") {
            Some(host) => (host, true),
            None => (text, false),
        };
        Ok(Self { host: GitHost::new(host)?, plain })
    }
}

impl Rules {
    /// Whether the remote's host is one of the operator's own network.
    pub(super) fn excepts(&self, url: &RemoteUrl) -> bool {
        self.exceptions.iter().any(|exception| exception.host == *url.host())
    }

    /// Whether this remote may be reached by the way its address names.
    pub(super) fn check_transport(&self, url: &RemoteUrl) -> Result<(), Error> {
        match url.transport() {
            Transport::Https => Ok(()),
            Transport::Ssh if !self.apart => Ok(()),
            Transport::Ssh => {
                let text = "Repositories are reached by https here. Give its https address, and keep a token for its \
                            host under Settings.";
                Err(Error::conflict("unsupported_remote", text))
            }
            Transport::Http if self.may_be_plain(url) => Ok(()),
            Transport::Http => {
                let text = "This address is not encrypted: everybody on the way could read your token and change the \
                            code. Give its https address.";
                Err(Error::conflict("insecure_remote", text))
            }
        }
    }

    /// Nobody is on the way to one's own machine.
    fn may_be_plain(&self, url: &RemoteUrl) -> bool {
        let own = ["localhost", "127.0.0.1", "[::1]"].contains(&url.host().parts().0);
        let told = self.exceptions.iter().any(|each| each.plain && each.host == *url.host());
        told || (own && !self.apart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &Rules, url: &str) -> Result<(), &'static str> {
        rules.check_transport(&RemoteUrl::new(url).unwrap()).map_err(|error| error.code)
    }

    #[test]
    fn a_remote_without_encryption_is_reached_on_ones_own_machine_or_where_the_operator_says_so() {
        let own = Rules::default();
        assert_eq!(check(&own, "http://localhost:3000/b"), Ok(()));
        assert_eq!(check(&own, "http://example.org/b"), Err("insecure_remote"));
        assert_eq!(check(&own, "git@example.org:a/b"), Ok(()));
        let exceptions = vec!["http://127.0.0.1:3000".parse().unwrap(), "git.corp:8443".parse().unwrap()];
        let apart = Rules { apart: true, exceptions, ..Rules::default() };
        assert_eq!(check(&apart, "http://127.0.0.1:3000/b"), Ok(()));
        assert_eq!(check(&apart, "http://127.0.0.1:3001/b"), Err("insecure_remote"));
        assert_eq!(check(&apart, "http://git.corp:8443/b"), Err("insecure_remote"));
        assert_eq!(check(&apart, "git@example.org:a/b"), Err("unsupported_remote"));
        assert!(apart.excepts(&RemoteUrl::new("https://git.corp:8443/b").unwrap()));
        assert!(!apart.excepts(&RemoteUrl::new("https://git.corp/b").unwrap()));
        assert!("git.corp/x".parse::<Exception>().is_err());
    }
}
