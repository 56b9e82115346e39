//! Merging commits without a working tree.

use switchyard_domain::{Error, Result};

use super::Repository;

/// What a merge comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The merged tree.
    Clean(String),
    /// Paths that conflict, each with git's word for the kind of conflict.
    Conflicts(Vec<(String, String)>),
}

impl Repository {
    /// Merges `theirs` into `ours`, three-way against `base` or their common ancestor.
    ///
    /// # Errors
    /// When one of them is no commit, or objects are missing.
    pub async fn merge_tree(&self, base: Option<&str>, ours: &str, theirs: &str) -> Result<Merge> {
        let mut command = self.command().args(["merge-tree", "--write-tree", "-z", "--messages"]);
        command = match base {
            Some(base) => command.arg(format!("--merge-base={base}")),
            None => command.arg("--allow-unrelated-histories"),
        };
        let output = command.args([ours, theirs]).output().await?.expect(&[0, 1])?;
        if output.code == 0 {
            let tree = output.stdout.split(|byte| *byte == 0).next().unwrap_or_default();
            return Ok(Merge::Clean(String::from_utf8_lossy(tree).into_owned()));
        }
        let conflicts = parse_conflicts(&output.stdout);
        if conflicts.is_empty() {
            return Err(Error::internal(format!("merge-tree named no conflict: {}", output.stderr)));
        }
        Ok(Merge::Conflicts(conflicts))
    }
}

/// Reads what `merge-tree -z --messages` prints: the tree, the conflicted entries, an empty field, then messages of
/// the form count, paths, type, text.
fn parse_conflicts(printed: &[u8]) -> Vec<(String, String)> {
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let mut fields = printed.split(|byte| *byte == 0);
    fields.next();
    let mut paths: Vec<String> = Vec::new();
    for field in fields.by_ref().take_while(|field| !field.is_empty()) {
        let path = text(field.splitn(2, |byte| *byte == b'\t').nth(1).unwrap_or_default());
        if paths.last() != Some(&path) {
            paths.push(path);
        }
    }
    let mut conflicts: Vec<(String, String)> = Vec::new();
    while let Some(count) = fields.next().and_then(|field| text(field).parse::<usize>().ok()) {
        let named: Vec<String> = fields.by_ref().take(count).map(text).collect();
        let kind = text(fields.next().unwrap_or_default());
        fields.next();
        let Some(kind) = kind.strip_prefix("CONFLICT (").and_then(|kind| kind.strip_suffix(')')) else {
            continue;
        };
        let kind = if kind == "contents" { "content" } else { kind };
        if let Some(path) = named.into_iter().next()
            && !conflicts.iter().any(|(known, _)| *known == path)
        {
            conflicts.push((path, kind.to_owned()));
        }
    }
    for path in paths {
        if !conflicts.iter().any(|(known, _)| *known == path) {
            conflicts.push((path, "content".to_owned()));
        }
    }
    conflicts.sort();
    conflicts
}

#[cfg(test)]
mod tests {
    use super::parse_conflicts;

    #[test]
    fn conflicts_are_read_with_their_kinds() {
        let printed = b"tree\x00100644 1 1\ta\x00100644 2 2\ta\x00100644 3 3\tb\x00\x00\
            1\x00a\x00Auto-merging\x00Auto-merging a\n\x00\
            1\x00a\x00CONFLICT (contents)\x00CONFLICT (content): Merge conflict in a\n\x00\
            2\x00b\x00main\x00CONFLICT (modify/delete)\x00CONFLICT (modify/delete): b deleted\n\x00";
        let expected = [("a", "content"), ("b", "modify/delete")];
        assert_eq!(parse_conflicts(printed), expected.map(|(path, kind)| (path.to_owned(), kind.to_owned())));
    }
}
