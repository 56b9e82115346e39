//! The oldest git that will do.

use std::path::Path;

use switchyard_domain::{Error, Result};

use super::Git;

/// `merge-tree --write-tree` with a merge base of one's choice came with it.
const OLDEST: (u32, u32) = (2, 40);

impl Git {
    /// Checks that git is there and new enough.
    ///
    /// # Errors
    /// `Unavailable` with code `git_missing` or `git_too_old`; the message says what to do.
    pub async fn check_version(&self) -> Result<()> {
        let said = self.command(Path::new("/")).arg("--version").text().await?;
        let found = parse(&said).ok_or_else(|| Error::internal(format!("`git --version` said `{said}`")))?;
        if found < OLDEST {
            return Err(Error::unavailable(
                "git_too_old",
                format!(
                    "git {}.{} is too old: install git {}.{} or newer.",
                    found.0, found.1, OLDEST.0, OLDEST.1
                ),
            ));
        }
        Ok(())
    }
}

fn parse(said: &str) -> Option<(u32, u32)> {
    let mut parts = said.strip_prefix("git version ")?.split(['.', ' ', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_version_is_read_whatever_follows_it() {
        assert_eq!(parse("git version 2.47.3"), Some((2, 47)));
        assert_eq!(parse("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(parse("git version 3.0-rc1"), Some((3, 0)));
        assert_eq!(parse("hub"), None);
    }
}
