//! The repository as the rules see it: its files' texts and its packages.

use std::path::Path;

use super::Finding;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::{Package, Workspace};

/// Kinds of files that people write and rules read.
const TEXTS: [&str; 14] =
    ["rs", "ts", "tsx", "mjs", "js", "css", "html", "md", "toml", "sql", "proto", "json", "sh", "yml"];

/// What the rules look at.
pub(super) struct Tree {
    /// Root folder; rules read no file themselves.
    pub(super) root: String,
    pub(super) files: Vec<Source>,
    pub(super) packages: Vec<Package>,
}

/// A text file.
pub(super) struct Source {
    /// Relative to the root, with forward slashes.
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    /// All text files that git tracks or would track.
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let mut git = process::program("git", &workspace.root);
        let list =
            process::output(git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
        let mut paths: Vec<_> =
            list.split(|byte| *byte == 0).filter_map(|path| std::str::from_utf8(path).ok()).collect();
        paths.sort_unstable();
        paths.dedup();
        let files =
            paths.into_iter().filter(|path| is_text(path)).filter_map(|path| read(&workspace.root, path));
        let packages = Workspace::load()?.packages;
        Ok(Self {
            root: workspace.root.display().to_string(),
            files: files.collect::<Result<_>>()?,
            packages,
        })
    }

    /// Files below a folder (which ends in `/`) with one of these endings.
    pub(super) fn below<'a>(
        &'a self,
        folder: &'a str,
        endings: &'a [&'a str],
    ) -> impl Iterator<Item = &'a Source> {
        let wanted = move |file: &&Source| {
            file.path.starts_with(folder) && endings.iter().any(|ending| file.path.ends_with(ending))
        };
        self.files.iter().filter(wanted)
    }

    /// The file at exactly this path.
    pub(super) fn file(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl Source {
    /// Lines of Rust that go into the product: no comments, no test modules. Numbered from 1.
    pub(super) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut skipping: Option<String> = None;
        let mut after_attribute = false;
        self.text.lines().enumerate().filter_map(move |(index, line)| {
            if let Some(end) = &skipping {
                if line == end {
                    skipping = None;
                }
                return None;
            }
            let code = line.trim_start();
            let indent = &line[..line.len() - code.len()];
            if code == "#[cfg(test)]" {
                after_attribute = true;
            } else if after_attribute && !code.starts_with("#[") {
                after_attribute = false;
                if code.ends_with('{') {
                    skipping = Some(format!("{indent}}}"));
                    return None;
                }
            }
            (!code.starts_with("//")).then_some((index + 1, line))
        })
    }

    /// Whether the file as a whole is tests.
    pub(super) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    pub(super) fn finding(&self, line: Option<usize>, message: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, message: message.into() }
    }
}

fn is_text(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| TEXTS.iter().any(|text| ending == *text))
}

/// `None` for a file that git tracks and that is gone from the disk.
fn read(root: &Path, path: &str) -> Option<Result<Source>> {
    let file = root.join(path);
    if !file.is_file() {
        return None;
    }
    let text = std::fs::read_to_string(&file).map_err(Failure::at("read", &file));
    Some(text.map(|text| Source { path: path.to_owned(), text }))
}

#[cfg(test)]
impl Tree {
    /// A tree of these files alone.
    pub(super) fn sample(files: &[(&str, &str)]) -> Self {
        let files =
            files.iter().map(|(path, text)| Source { path: (*path).to_owned(), text: (*text).to_owned() });
        Self { root: "/".to_owned(), files: files.collect(), packages: Vec::new() }
    }

    /// What a rule finds, one finding a line.
    pub(super) fn found(&self, rule: super::Rule) -> Vec<String> {
        let mut findings = Vec::new();
        rule(self, &mut findings);
        findings.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_test_modules_are_no_product() {
        let text = "// one\nlet two;\n#[cfg(test)]\nmod tests {\n    let three;\n}\nlet four;\n";
        let source = Source { path: "a.rs".to_owned(), text: text.to_owned() };
        let lines: Vec<_> = source.product_lines().collect();
        assert_eq!(lines, [(2, "let two;"), (3, "#[cfg(test)]"), (7, "let four;")]);
    }

    #[test]
    fn a_test_module_in_a_file_of_its_own_hides_nothing_of_this_one() {
        let text = "#[cfg(test)]\nmod tests;\nlet three;\n";
        let source = Source { path: "a.rs".to_owned(), text: text.to_owned() };
        assert_eq!(source.product_lines().last(), Some((3, "let three;")));
    }
}
