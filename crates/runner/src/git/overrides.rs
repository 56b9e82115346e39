//! Filters and merge drivers that a repository configures for itself.
//!
//! A filter or merge driver is a program that git runs when files are written, read or merged. What the user or the
//! system has configured is the user's own choice and stays (Git LFS installs itself so). What stands in the
//! repository's own configuration may have been put there by an agent or come with an archive: such a filter passes
//! content through unchanged, such a merge driver does what git does without one. The exception are the exact
//! commands that `git lfs install --local` writes.

use std::collections::BTreeMap;
use std::path::Path;

use switchyard_domain::Result;

use super::Git;

/// The drivers of one scope: name to what is configured for it.
type Drivers = BTreeMap<String, BTreeMap<String, String>>;

/// Configuration that neutralises what the configuration files of a repository bring along.
///
/// # Errors
/// When git cannot read the configuration.
pub(super) async fn overrides(git: &Git, git_dir: &Path, common_dir: &Path) -> Result<Vec<(String, String)>> {
    let files =
        [common_dir.join("config"), common_dir.join("config.worktree"), git_dir.join("config.worktree")];
    // Reading three small files spares most repositories a git process per operation.
    if !files.iter().any(|file| std::fs::read(file).is_ok_and(|text| may_bring_drivers(&text))) {
        return Ok(Vec::new());
    }
    let listed = git
        .command(git_dir)
        .variable("GIT_DIR", git_dir)
        .args(["config", "--list", "--show-scope", "-z"])
        .bytes()
        .await?;
    let (mut filters, mut merges) = (Drivers::new(), Drivers::new());
    let mut fields = listed.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    while let (Some(scope), Some(entry)) = (fields.next(), fields.next()) {
        if matches!(&*scope, "system" | "global" | "command") {
            continue;
        }
        let (key, value) = entry.split_once('\n').unwrap_or((&entry, ""));
        for (section, drivers) in [("filter.", &mut filters), ("merge.", &mut merges)] {
            if let Some((name, variable)) = key.strip_prefix(section).and_then(|rest| rest.rsplit_once('.')) {
                drivers.entry(name.to_owned()).or_default().insert(variable.to_owned(), value.to_owned());
            }
        }
    }
    let mut overrides = Vec::new();
    for name in filters.iter().filter(|(name, set)| !is_lfs(name, set)).map(|(name, _)| name) {
        for (variable, value) in [("clean", ""), ("smudge", ""), ("process", ""), ("required", "false")] {
            overrides.push((format!("filter.{name}.{variable}"), value.to_owned()));
        }
    }
    for name in merges.keys() {
        overrides
            .push((format!("merge.{name}.driver"), "git merge-file --marker-size=%L %A %O %B".to_owned()));
        overrides.push((format!("merge.{name}.recursive"), "text".to_owned()));
    }
    Ok(overrides)
}

/// Whether a configuration file could define a driver: a section's name stands in it literally or nowhere.
fn may_bring_drivers(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    [&b"[filter"[..], b"[merge ", b"[merge\t", b"[merge.", b"[include"]
        .iter()
        .any(|section| text.windows(section.len()).any(|window| window == *section))
}

fn is_lfs(name: &str, set: &BTreeMap<String, String>) -> bool {
    name == "lfs"
        && set.iter().all(|(variable, value)| match variable.as_str() {
            "clean" => value == "git-lfs clean -- %f",
            "smudge" => value == "git-lfs smudge -- %f" || value == "git-lfs smudge --skip -- %f",
            "process" => value == "git-lfs filter-process" || value == "git-lfs filter-process --skip",
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{is_lfs, may_bring_drivers};

    #[test]
    fn only_the_commands_that_lfs_installs_itself_are_known_as_lfs() {
        let set = |process: &str| BTreeMap::from([("process".to_owned(), process.to_owned())]);
        assert!(is_lfs("lfs", &set("git-lfs filter-process")));
        assert!(!is_lfs("lfs", &set("git-lfs filter-process; rm -rf ~")));
        assert!(!is_lfs("other", &set("git-lfs filter-process")));
    }

    #[test]
    fn a_branch_that_merges_is_no_merge_driver() {
        assert!(!may_bring_drivers(
            b"[core]\n\tbare = false\n[branch \"main\"]\n\tmerge = refs/heads/main\n"
        ));
        for text in ["[Filter \"x\"]", "[merge \"x\"]", "[merge.x]", "[includeIf \"gitdir:/\"]"] {
            assert!(may_bring_drivers(text.as_bytes()), "{text}");
        }
    }
}
