//! Rules for names of branches.

use switchyard_domain::{Error, ErrorKind, Result};

/// The ref of a branch.
#[must_use]
pub fn branch_ref(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

/// Checks a branch's name by git's rules, and that it cannot be taken for an option.
///
/// # Errors
/// `Invalid` with code `invalid_branch`.
pub fn check_branch(name: &str) -> Result<()> {
    if is_branch_name(name) {
        return Ok(());
    }
    Err(Error {
        field: Some("branch"),
        ..Error::new(
            ErrorKind::Invalid,
            "invalid_branch",
            format!(
                "`{}` is no valid branch name: it must not begin with a dash or hold spaces, `..`, `~`, `^`, `:`, \
                 `?`, `*`, `[`, `\\`, `@{{`, nor have parts that begin or end with a dot or end with `.lock`.",
                name.escape_debug()
            ),
        )
    })
}

fn is_branch_name(name: &str) -> bool {
    let bad_char = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    !(name.is_empty()
        || name.len() > 240
        || name.starts_with('-')
        || name.ends_with('.')
        || name == "@"
        || name == "HEAD"
        || name.contains("..")
        || name.contains("@{")
        || name.contains(bad_char)
        || name.split('/').any(bad_part))
}

#[cfg(test)]
mod tests {
    use super::is_branch_name;

    #[test]
    fn names_that_git_refuses_or_takes_for_options_are_refused() {
        for good in ["main", "sy/1a2b-fix", "feature/ü", "a.b", "a-b_c", "x@y"] {
            assert!(is_branch_name(good), "{good}");
        }
        for bad in [
            "",
            "-x",
            "--upload-pack=x",
            "a..b",
            "a b",
            "a~b",
            "a^",
            "a:b",
            "a?b",
            "a*b",
            "a[b",
            "a\\b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "a.",
            "@",
            "a@{b",
            "HEAD",
            "a\nb",
            "a\0b",
            "a\x7fb",
        ] {
            assert!(!is_branch_name(bad), "{bad:?}");
        }
    }
}
