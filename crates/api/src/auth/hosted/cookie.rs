//! Cookies: read from a request, and made for an answer.

use axum::http::{HeaderMap, HeaderValue, header};
use switchyard_domain::{Error, Result};

/// Keeps somebody signed in. The prefix has browsers refuse it from other hosts, other paths and plain connections
/// (RFC 6265bis, 4.1.3.2).
pub(crate) const LOGIN_COOKIE: &str = "__Host-switchyard";

/// How long a browser keeps it; the login itself is what ends.
const KEPT_SECS: u32 = 90 * 24 * 3600;

/// The value of a cookie. One that is there twice is taken from nobody: somebody may have put the other one there.
pub(super) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    found.next().filter(|_| found.next().is_none())
}

/// A cookie that no script can read and no other page's request carries.
pub(super) fn set(name: &str, value: &str) -> Result<HeaderValue> {
    header_of(format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={KEPT_SECS}"))
}

/// Has the browser forget a cookie.
pub(super) fn clear(name: &str) -> Result<HeaderValue> {
    header_of(format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"))
}

fn header_of(text: String) -> Result<HeaderValue> {
    HeaderValue::try_from(text).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_there_twice_is_not_believed() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; __Host-switchyard=x; b=2"));
        assert_eq!(value(&headers, LOGIN_COOKIE), Some("x"));
        assert_eq!(value(&headers, "switchyard"), None);
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-switchyard=y"));
        assert_eq!(value(&headers, LOGIN_COOKIE), None);
    }
}
