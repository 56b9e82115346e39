//! Combining branches as objects: no file and no ref is touched.

use switchyard_domain::config::GitAuthor;
use switchyard_domain::{Error, Result};

use crate::git::Repository;
use crate::git::merge_tree::Merge;

/// What combining two branches comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Combined {
    /// The new tip.
    Tip(String),
    /// The other side brings nothing.
    Nothing,
    /// Paths that conflict, each with git's word for the kind of conflict.
    Conflicts(Vec<(String, String)>),
}

/// A commit as it is needed to make it again elsewhere.
struct Commit {
    id: String,
    parent: Option<String>,
    author: GitAuthor,
    date: String,
    message: String,
}

/// Makes a commit of `tree`.
pub(super) async fn commit_tree(
    tree: &Repository,
    content: &str,
    parents: &[&str],
    message: &str,
    author: Option<&GitAuthor>,
) -> Result<String> {
    let parents = parents.iter().flat_map(|parent| ["-p", parent]);
    let command = tree.bare_command().author(author).args(["commit-tree", content]).args(parents);
    command.args(["-F", "-"]).input(with_line_end(message)).text().await
}

/// One commit on `onto` with all that `from` changed.
pub(super) async fn squash(
    tree: &Repository,
    onto: &str,
    from: &str,
    message: &str,
    author: Option<&GitAuthor>,
) -> Result<Combined> {
    match tree.merge_tree(None, onto, from).await? {
        Merge::Conflicts(conflicts) => Ok(Combined::Conflicts(conflicts)),
        Merge::Clean(merged) if merged == tree.tree_of(onto).await? => Ok(Combined::Nothing),
        Merge::Clean(merged) => {
            Ok(Combined::Tip(commit_tree(tree, &merged, &[onto], message, author).await?))
        }
    }
}

/// A merge commit on `onto` with `from` as its second parent.
pub(super) async fn merge(
    tree: &Repository,
    onto: &str,
    from: &str,
    message: &str,
    author: Option<&GitAuthor>,
) -> Result<Combined> {
    if tree.contains(onto, from).await? {
        return Ok(Combined::Nothing);
    }
    match tree.merge_tree(None, onto, from).await? {
        Merge::Conflicts(conflicts) => Ok(Combined::Conflicts(conflicts)),
        Merge::Clean(merged) => {
            Ok(Combined::Tip(commit_tree(tree, &merged, &[onto, from], message, author).await?))
        }
    }
}

/// The commits of `from` that `onto` does not have, made again on `onto`, each with its author; merges are left out,
/// and so is what turns out to bring nothing.
pub(super) async fn replay(
    tree: &Repository,
    onto: &str,
    from: &str,
    committer: Option<&GitAuthor>,
) -> Result<Combined> {
    let mut tip = onto.to_owned();
    let mut tip_tree = tree.tree_of(onto).await?;
    for commit in commits_between(tree, onto, from).await? {
        if commit.parent.as_ref() == Some(&tip) {
            tip_tree = tree.tree_of(&commit.id).await?;
            tip = commit.id;
            continue;
        }
        match tree.merge_tree(commit.parent.as_deref(), &tip, &commit.id).await? {
            Merge::Conflicts(conflicts) => return Ok(Combined::Conflicts(conflicts)),
            Merge::Clean(merged) if merged == tip_tree => {}
            Merge::Clean(merged) => {
                let command = tree.bare_command().author(committer);
                tip = command
                    .variable("GIT_AUTHOR_NAME", &commit.author.name)
                    .variable("GIT_AUTHOR_EMAIL", &commit.author.email)
                    .variable("GIT_AUTHOR_DATE", format!("@{}", commit.date))
                    .args(["commit-tree", &merged, "-p", &tip, "-F", "-"])
                    .input(with_line_end(&commit.message))
                    .text()
                    .await?;
                tip_tree = merged;
            }
        }
    }
    Ok(if tip == onto { Combined::Nothing } else { Combined::Tip(tip) })
}

/// The commits of `from` without merges that `base` does not have, oldest first.
async fn commits_between(tree: &Repository, base: &str, from: &str) -> Result<Vec<Commit>> {
    let command =
        tree.bare_command().args(["log", "-z", "--reverse", "--topo-order", "--no-merges", "--no-color"]);
    let command =
        command.args(["--date=raw", "--no-show-signature", "--format=%H%x00%P%x00%an%x00%ae%x00%ad%x00%B"]);
    let printed = command.args([from, &format!("^{base}"), "--"]).bytes().await?;
    let text = String::from_utf8(printed).map_err(Error::internal)?;
    let fields: Vec<&str> = text.split('\0').collect();
    let commits = fields.chunks_exact(6).map(|fields| Commit {
        id: fields[0].to_owned(),
        parent: fields[1].split(' ').next().filter(|parent| !parent.is_empty()).map(str::to_owned),
        author: GitAuthor { name: fields[2].to_owned(), email: fields[3].to_owned() },
        date: fields[4].to_owned(),
        message: fields[5].to_owned(),
    });
    Ok(commits.collect())
}

fn with_line_end(message: &str) -> String {
    if message.ends_with('\n') { message.to_owned() } else { format!("{message}\n") }
}
