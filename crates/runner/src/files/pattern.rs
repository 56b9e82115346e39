//! Globs of files to copy into a new worktree.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use switchyard_domain::{Error, ErrorKind, Result};

/// Entries that are looked at before the search is given up.
const MOST_ENTRIES: usize = 500_000;

/// A glob, part by part: relative to the repository's root, `**` for any number of folders.
#[derive(Debug)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Name(GlobMatcher),
    AnyDepth,
}

impl Pattern {
    /// Reads a glob such as `.env`, `config/*.local` or `**/.env`.
    ///
    /// # Errors
    /// `Invalid` with code `invalid_glob`.
    pub fn parse(text: &str) -> Result<Self> {
        let parts =
            text.trim().trim_end_matches('/').split('/').filter(|part| !part.is_empty() && *part != ".");
        let parts = parts.map(|part| {
            if part == "**" {
                return Ok(Part::AnyDepth);
            }
            let glob = GlobBuilder::new(part).literal_separator(true).build();
            Ok(Part::Name(glob.map_err(|error| invalid(text, &error.to_string()))?.compile_matcher()))
        });
        let parts = parts.collect::<Result<Vec<_>>>()?;
        if parts.is_empty() {
            return Err(invalid(text, "it names nothing"));
        }
        Ok(Self { parts })
    }
}

fn invalid(text: &str, why: &str) -> Error {
    Error {
        field: Some("copy_files"),
        ..Error::new(ErrorKind::Invalid, "invalid_glob", format!("`{text}` is no valid glob: {why}."))
    }
}

/// Files, links and folders below `root` that match, relative to it. Links are never followed.
///
/// # Errors
/// `Invalid` with code `too_many_files` when the search meets more than it can look at.
pub fn matching(root: &Path, patterns: &[Pattern]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut budget = MOST_ENTRIES;
    let open: Vec<&[Part]> = patterns.iter().map(|pattern| &pattern.parts[..]).collect();
    descend(root, "", &open, &mut found, &mut budget)?;
    Ok(found)
}

fn descend(
    root: &Path,
    at: &str,
    open: &[&[Part]],
    found: &mut Vec<String>,
    budget: &mut usize,
) -> Result<()> {
    // What cannot be read is not copied.
    let Ok(entries) = std::fs::read_dir(root.join(at)) else { return Ok(()) };
    for entry in entries.flatten() {
        *budget = budget.checked_sub(1).ok_or_else(|| {
            Error::new(
                ErrorKind::Invalid,
                "too_many_files",
                "The globs of files to copy lead through too many files. Write them without `**`, or less of it.",
            )
        })?;
        let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
        if name == ".git" {
            continue;
        }
        let mut whole = false;
        let mut below: Vec<&[Part]> = Vec::new();
        for parts in open {
            step(parts, &name, &mut whole, &mut below);
        }
        let path = if at.is_empty() { name } else { format!("{at}/{name}") };
        if whole {
            found.push(path);
        } else if kind.is_dir() && !below.is_empty() {
            descend(root, &path, &below, found, budget)?;
        }
    }
    Ok(())
}

/// What is left of a pattern behind an entry called `name`.
fn step<'a>(parts: &'a [Part], name: &str, whole: &mut bool, below: &mut Vec<&'a [Part]>) {
    match parts {
        [Part::AnyDepth] => *whole = true,
        [Part::AnyDepth, rest @ ..] => {
            below.push(parts);
            step(rest, name, whole, below);
        }
        [Part::Name(glob), rest @ ..] if glob.is_match(name) => match rest {
            [] => *whole = true,
            rest => below.push(rest),
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str], patterns: &[&str]) -> Vec<String> {
        let root = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, "x").expect("a file");
        }
        let patterns: Vec<_> = patterns.iter().map(|text| Pattern::parse(text).expect("a glob")).collect();
        let mut found = matching(root.path(), &patterns).expect("a search");
        found.sort();
        found
    }

    #[test]
    fn a_glob_is_relative_to_the_root_and_two_stars_mean_any_depth() {
        let files = [".env", "a/.env", "a/b/.env", "a/b/x.local", "config/x.local", "node_modules/m/i.js"];
        assert_eq!(found(&files, &[".env"]), [".env"]);
        assert_eq!(found(&files, &["**/.env"]), [".env", "a/.env", "a/b/.env"]);
        assert_eq!(found(&files, &["*/*.local"]), ["config/x.local"]);
        assert_eq!(found(&files, &["node_modules/"]), ["node_modules"]);
        assert_eq!(found(&files, &["../.env", "/a/b/*.local"]), ["a/b/x.local"]);
    }

    #[test]
    fn a_glob_that_is_none_is_refused_with_its_text() {
        assert_eq!(Pattern::parse("a[").expect_err("no glob").code, "invalid_glob");
        assert_eq!(Pattern::parse("/").expect_err("nothing").code, "invalid_glob");
    }
}
