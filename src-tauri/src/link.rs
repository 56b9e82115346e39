//! Links into Switchyard: `switchyard://projects/…/tasks/…`, the page's own paths behind a scheme of ours.

use std::fmt;

/// The scheme that the system opens with this program.
const SCHEME: &str = "switchyard://";
/// Longest link that is followed, in bytes.
const LONGEST: usize = 512;

/// A place in the user interface, safe to show: anybody can make a link, so it says where to go and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    path: String,
}

impl Link {
    /// Reads a link; what is none of ours, or would say more than a place, is refused.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(SCHEME).filter(|_| text.len() <= LONGEST)?;
        let path = rest.trim_matches('/');
        let plain = |segment: &str| {
            !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        (path.is_empty() || path.split('/').all(plain)).then(|| Self { path: format!("/{path}") })
    }

    /// The page's path.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.path.trim_start_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_page() {
        let link = Link::parse("switchyard://projects/0197/tasks/0198/").unwrap();
        assert_eq!(link.path(), "/projects/0197/tasks/0198");
        assert_eq!(Link::parse(&link.to_string()), Some(link));
        assert_eq!(Link::parse("switchyard://").unwrap().path(), "/");
    }

    #[test]
    fn a_link_that_says_more_than_a_place_is_refused() {
        let long = format!("switchyard://{}", "a/".repeat(400));
        let foreign = [
            "https://example.org/",
            "switchyard:approvals",
            "switchyard://../etc",
            "switchyard://a?code=1",
            "switchyard://a#code=1",
            "switchyard://a//b",
            "switchyard://a\\b",
            "switchyard://%2e%2e",
            "--flag",
            &long,
        ];
        for text in foreign {
            assert_eq!(Link::parse(text), None, "{text}");
        }
    }
}
