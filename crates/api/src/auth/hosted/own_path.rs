//! A place on our own pages, to which somebody is led once they are signed in.

use std::fmt::Write;

/// Longest that is led to, in bytes.
const LONGEST: usize = 2000;

/// A path of our own with what follows it, in visible ASCII: no browser takes it for an address elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnPath(String);

impl OwnPath {
    /// The front page.
    pub(crate) fn root() -> Self {
        Self("/".to_owned())
    }

    /// A path as a link says it; nothing if it could lead elsewhere, however a browser reads it. They take `\` for `/`,
    /// `//` for the beginning of a host, and leave out tabs and line breaks.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let own = text.starts_with('/') && !path.contains("//") && !is_interface(path);
        let fine = !text.chars().any(|c| c == '\\' || c.is_control());
        Some(text).filter(|_| own && fine).map(encoded).filter(|path| path.len() <= LONGEST).map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether it is no page: going there would read or do something, such as signing in once more.
fn is_interface(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// With what an address cannot hold written as it can.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_our_own_is_led_to() {
        let led = |text: &str| OwnPath::parse(text).map(|path| path.as_str().to_owned());
        for own in ["/", "/agents", "/projects/1?view=list&next=//x#top", "/a/b?u=https://a.example//b"] {
            assert_eq!(led(own).as_deref(), Some(own));
        }
        assert_eq!(led("/?q=grün & gut").as_deref(), Some("/?q=gr%C3%BCn%20&%20gut"));
    }

    #[test]
    fn no_spelling_of_another_host_is() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for elsewhere in [
            "",
            "agents",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "https:evil.example",
            "HTTPS://evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/.//evil.example",
            "/..//evil.example",
            "@evil.example",
            ".evil.example",
            "/agents\r\nSet-Cookie: a=b",
            "/api/auth/login",
            "/api",
            "\u{2028}//evil.example",
            &long,
        ] {
            assert_eq!(OwnPath::parse(elsewhere), None, "{elsewhere:?}");
        }
    }
}
