//! Cookies: read from a request, and made for an answer.

use axum::http::{HeaderMap, HeaderValue, header};
use switchyard_domain::{Error, Result};

/// A cookie of ours. Each has the prefix with which browsers refuse one from other hosts, other paths and plain
/// connections (RFC 6265bis, 4.1.3.2).
pub(super) struct Cookie {
    name: &'static str,
    /// Which requests of other pages carry it.
    same_site: &'static str,
    /// How long a browser keeps it.
    kept_secs: u32,
}

/// Keeps somebody signed in, in requests of our own page alone. The login itself is what ends.
pub(super) const LOGIN: Cookie =
    Cookie { name: "__Host-switchyard", same_site: "Strict", kept_secs: 90 * 24 * 3600 };

/// Remembers a sign-in that was begun with another site, which leads the browser back here.
pub(super) const SIGN_IN: Cookie =
    Cookie { name: "__Host-switchyard-sign-in", same_site: "Lax", kept_secs: super::state::LASTS_SECS };

/// Remembers in which of their organisations somebody acts whom a proxy knows, since they have no login that would. It is a
/// wish: they act there while they are a member.
pub(super) const ORGANISATION: Cookie =
    Cookie { name: "__Host-switchyard-organisation", same_site: "Strict", kept_secs: 90 * 24 * 3600 };

impl Cookie {
    /// Its value in a request. One that is there twice is taken from nobody: somebody may have put the other one there.
    pub(super) fn value<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut found = pairs.filter(|(known, _)| *known == self.name).map(|(_, value)| value);
        found.next().filter(|_| found.next().is_none())
    }

    /// Has a browser keep a value that no script can read.
    pub(super) fn set(&self, value: &str) -> Result<HeaderValue> {
        self.header(value, self.kept_secs)
    }

    /// Has a browser forget it.
    pub(super) fn clear(&self) -> Result<HeaderValue> {
        self.header("", 0)
    }

    fn header(&self, value: &str, kept_secs: u32) -> Result<HeaderValue> {
        let Self { name, same_site, .. } = self;
        let text =
            format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age={kept_secs}");
        HeaderValue::try_from(text).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_there_twice_is_not_believed() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; __Host-switchyard=x; b=2"));
        assert_eq!(LOGIN.value(&headers), Some("x"));
        assert_eq!(SIGN_IN.value(&headers), None);
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-switchyard=y"));
        assert_eq!(LOGIN.value(&headers), None);
    }
}
