//! The address under which people reach the instance.

use axum::http::Uri;

/// An origin: scheme, host, and port where it is not the scheme's own. Nothing else is answered to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicUrlFault {
    /// It is no origin, such as `https://board.example.org`.
    NotAnOrigin,
    /// Cookies and passwords would travel in the open.
    NotEncrypted,
}

impl PublicUrl {
    /// An address as an operator wrote it. `http` is taken for this machine alone, and only where it is said to be a
    /// test.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, test: bool) -> Result<Self, PublicUrlFault> {
        let uri: Uri = text.parse().map_err(|_| PublicUrlFault::NotAnOrigin)?;
        let scheme = uri.scheme_str().ok_or(PublicUrlFault::NotAnOrigin)?.to_ascii_lowercase();
        let authority = uri.authority().ok_or(PublicUrlFault::NotAnOrigin)?;
        let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
        if !plain || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(PublicUrlFault::NotAnOrigin);
        }
        let usual = match scheme.as_str() {
            "https" => 443,
            "http" if test && matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]") => 80,
            "http" => return Err(PublicUrlFault::NotEncrypted),
            _ => return Err(PublicUrlFault::NotAnOrigin),
        };
        let name = authority.host().to_ascii_lowercase();
        let host = match authority.port_u16() {
            Some(port) if port != usual => format!("{name}:{port}"),
            _ => name,
        };
        Ok(Self { origin: format!("{scheme}://{host}"), host })
    }

    /// Stands in for an address that was refused, while other faults are looked for.
    #[must_use]
    pub fn placeholder() -> Self {
        Self { origin: "https://localhost".to_owned(), host: "localhost".to_owned() }
    }

    /// `https://board.example.org`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What a browser sends as `Host`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_encrypted_origin() {
        let parsed = |text: &str| PublicUrl::parse(text, false);
        let url = parsed("https://Board.Example.org/").unwrap();
        assert_eq!((url.origin(), url.host()), ("https://board.example.org", "board.example.org"));
        assert_eq!(parsed("https://a.example:443").unwrap().host(), "a.example");
        assert_eq!(parsed("https://a.example:8443").unwrap().host(), "a.example:8443");
        for bad in [
            "",
            "board.example.org",
            "https://",
            "https://a.example/path",
            "https://u:p@a.example",
            "ftp://a.b",
        ] {
            assert_eq!(parsed(bad), Err(PublicUrlFault::NotAnOrigin), "{bad}");
        }
        assert_eq!(parsed("http://a.example"), Err(PublicUrlFault::NotEncrypted));
        assert_eq!(parsed("http://127.0.0.1:8081"), Err(PublicUrlFault::NotEncrypted));
        assert_eq!(PublicUrl::parse("http://a.example", true), Err(PublicUrlFault::NotEncrypted));
        assert_eq!(PublicUrl::parse("http://127.0.0.1:8081", true).unwrap().host(), "127.0.0.1:8081");
    }
}
