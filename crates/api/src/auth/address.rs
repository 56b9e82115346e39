//! Under which names an instance answers, and to which pages: what stops DNS rebinding and other pages' requests and
//! WebSockets, whoever they are made for.

use axum::http::header::{HOST, HeaderName, ORIGIN, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use switchyard_domain::{Error, ErrorKind, Result};

/// The names and origins that are our own. Where a header is there twice, it is taken for none: two readers of the
/// request may each have seen another one.
pub(super) struct OwnAddress {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl OwnAddress {
    /// An instance that is reached by these.
    pub(super) fn new(hosts: Vec<String>, origins: Vec<String>) -> Self {
        Self { hosts, origins }
    }

    /// Refuses a request that was sent under another name than ours, or from another page.
    ///
    /// # Errors
    /// `Forbidden` with code `host_refused` or `origin_refused`.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<()> {
        if !is_one_of(headers, &HOST, &self.hosts) {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "host_refused",
                "Open Switchyard under its own address; it does not answer under other names.",
            ));
        }
        if headers.contains_key(ORIGIN) && !self.is_origin_of(headers) {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "origin_refused",
                "Another page may not use Switchyard.",
            ));
        }
        Ok(())
    }

    /// Whether our own page says that it sent these.
    pub(super) fn is_origin_of(&self, headers: &HeaderMap) -> bool {
        is_one_of(headers, &ORIGIN, &self.origins)
    }

    /// Refuses a request with a cookie that did not come from our own page: a cookie travels by itself. Browsers leave
    /// Origin out of same-origin reads and say so in Sec-Fetch-Site instead, which no page can set.
    ///
    /// # Errors
    /// `Forbidden` with code `origin_missing`.
    pub(super) fn require_own_page(&self, parts: &Parts) -> Result<()> {
        let headers = &parts.headers;
        let reads = parts.method == Method::GET || parts.method == Method::HEAD;
        let same_origin = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
        let upgrade = headers.contains_key(UPGRADE);
        if self.is_origin_of(headers) || (reads && same_origin && !upgrade) {
            return Ok(());
        }
        let text = "A request without an Origin needs a bearer token.";
        Err(Error::new(ErrorKind::Forbidden, "origin_missing", text))
    }

    /// Refuses a request without credential that did not come from our own page.
    ///
    /// # Errors
    /// `Forbidden` with code `origin_missing`.
    pub(super) fn require_origin(&self, headers: &HeaderMap) -> Result<()> {
        if self.is_origin_of(headers) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Forbidden, "origin_missing", "Send this from Switchyard's own page."))
    }
}

/// Whether a header is there once, and is one of these.
fn is_one_of(headers: &HeaderMap, name: &HeaderName, known: &[String]) -> bool {
    let mut all = headers.get_all(name).iter();
    let first = all.next().and_then(|value| value.to_str().ok());
    all.next().is_none() && first.is_some_and(|value| known.iter().any(|it| it.eq_ignore_ascii_case(value)))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_name_that_is_there_twice_is_none() {
        let own = OwnAddress::new(vec!["a.example".to_owned()], vec!["https://a.example".to_owned()]);
        let mut headers = HeaderMap::new();
        headers.append(HOST, HeaderValue::from_static("A.example"));
        assert!(own.check(&headers).is_ok());
        headers.append(ORIGIN, HeaderValue::from_static("https://a.example"));
        assert!(own.check(&headers).is_ok());
        let mut twice = headers.clone();
        twice.append(ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert_eq!(own.check(&twice).unwrap_err().code, "origin_refused");
        headers.append(HOST, HeaderValue::from_static("evil.example"));
        assert_eq!(own.check(&headers).unwrap_err().code, "host_refused");
    }
}
