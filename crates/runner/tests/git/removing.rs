//! Removing clones that nobody needs: only what is at the remote too goes, and nothing but the clone.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use switchyard_domain::runner::{CloneEnd, KeptClone, UnwantedClone, WantedClone};
use switchyard_domain::{RepoId, Result};
use switchyard_testkit::git_server::Manner;
use switchyard_testkit::repo::write;

use crate::cloning::{Bench, clones, rules};

/// A clone, and the folder that it is in.
async fn cloned() -> (Bench, PathBuf) {
    let bench = Bench::new().await;
    let path = bench.have().await.unwrap().path.into();
    (bench, path)
}

fn unwanted(bench: &Bench) -> UnwantedClone {
    let WantedClone { repo_id, user_id, name, access, .. } = bench.wanted.clone();
    UnwantedClone { repo_id, user_id, name, access }
}

async fn remove(bench: &Bench) -> Result<CloneEnd> {
    bench.clones.remove(unwanted(bench)).await
}

fn git(bench: &Bench, clone: &Path, args: &[&str]) -> String {
    bench.repo.git_in(clone, args.iter().copied())
}

/// Everything in a folder, by its path and content.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let kind = entry.file_type().unwrap();
            match kind.is_dir() {
                true => folders.push(entry.path()),
                false if kind.is_file() => files.push((entry.path(), std::fs::read(entry.path()).unwrap())),
                false => files.push((entry.path(), Vec::new())),
            }
        }
    }
    files.sort();
    files
}

/// That a clone is kept for this reason, with all that was in it.
async fn kept(bench: &Bench, clone: &Path, why: KeptClone) {
    let work = |(path, _): &(PathBuf, Vec<u8>)| !path.starts_with(clone.join(".git/objects"));
    let before: Vec<_> = snapshot(clone).into_iter().filter(work).collect();
    assert_eq!(remove(bench).await.unwrap(), CloneEnd::Kept(why));
    let after: Vec<_> = snapshot(clone).into_iter().filter(work).collect();
    assert_eq!(after, before);
    git(bench, clone, &["fsck", "--strict"]);
}

#[tokio::test]
async fn a_clone_that_has_what_its_remote_has_goes_and_nothing_else() {
    let (bench, path) = cloned().await;
    let other = WantedClone { repo_id: RepoId::new(), ..bench.wanted.clone() };
    let others = PathBuf::from(bench.clones.have(other.clone()).await.unwrap().path);
    write(&path.with_file_name("notes"), "mine");
    let before = snapshot(&others);
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Removed);
    let mut left = bench.leftovers();
    left.sort();
    let named = others.file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(left, ["notes".to_owned(), named]);
    assert_eq!(snapshot(&others), before);
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Absent);
    // Nobody makes it anew by an old order; and one that its user has elsewhere is none of ours.
    assert_eq!(bench.have().await.unwrap_err().code, "clone_cancelled");
    let chosen = bench.repo.folder().join("chosen");
    let elsewhere = WantedClone {
        repo_id: RepoId::new(),
        folder: Some(chosen.to_string_lossy().into_owned()),
        ..bench.wanted.clone()
    };
    bench.clones.have(elsewhere.clone()).await.unwrap();
    let theirs = UnwantedClone { repo_id: elsewhere.repo_id, ..unwanted(&bench) };
    assert_eq!(bench.clones.remove(theirs).await.unwrap(), CloneEnd::Absent);
    assert!(chosen.join(".git").is_dir());
}

#[tokio::test]
async fn a_clone_with_commits_that_its_remote_lacks_is_kept_until_they_are_there() {
    let (bench, path) = cloned().await;
    git(&bench, &path, &["checkout", "--quiet", "-b", "own", "main"]);
    git(&bench, &path, &["commit", "--quiet", "--allow-empty", "-m", "Own"]);
    kept(&bench, &path, KeptClone::Commits).await;
    let there = bench.server.path("project");
    git(&bench, &path, &["push", "--quiet", &there.to_string_lossy(), "own"]);
    // A tag, and what a branch was a moment ago, are commits as well.
    git(&bench, &path, &["tag", "-a", "-m", "Mine", "mine"]);
    kept(&bench, &path, KeptClone::Commits).await;
    git(&bench, &path, &["tag", "-d", "mine"]);
    git(&bench, &path, &["commit", "--quiet", "--allow-empty", "-m", "Thrown away"]);
    git(&bench, &path, &["reset", "--quiet", "--hard", "HEAD~1"]);
    kept(&bench, &path, KeptClone::Commits).await;
    git(&bench, &path, &["reflog", "expire", "--expire=all", "--all"]);
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Removed);
}

#[tokio::test]
async fn what_the_remote_had_and_has_no_more_is_not_at_the_remote() {
    let (bench, path) = cloned().await;
    git(&bench, &path, &["branch", "own", "main"]);
    let tree = git(&bench, &path, &["rev-parse", "main^{tree}"]);
    let commit = git(&bench, &path, &["commit-tree", "-m", "Own", "-p", "main", &tree]);
    git(&bench, &path, &["update-ref", "refs/heads/own", &commit]);
    let there = bench.server.path("project");
    git(&bench, &path, &["push", "--quiet", &there.to_string_lossy(), "own"]);
    bench.have().await.unwrap();
    assert_eq!(git(&bench, &path, &["rev-parse", "origin/own"]), commit, "the clone knows of it");
    bench.server.git("project", ["branch", "-D", "own"]);
    kept(&bench, &path, KeptClone::Commits).await;
}

#[tokio::test]
async fn a_clone_with_files_that_no_commit_has_is_kept() {
    let (bench, path) = cloned().await;
    write(&path.join("notes"), "mine");
    kept(&bench, &path, KeptClone::Files).await;
    std::fs::remove_file(path.join("notes")).unwrap();
    git(&bench, &path, &["checkout", "--quiet", "main"]);
    write(&path.join(".git/info/exclude"), "ignored\n");
    write(&path.join("ignored"), "mine");
    kept(&bench, &path, KeptClone::Files).await;
    std::fs::remove_file(path.join("ignored")).unwrap();
    let tracked = git(&bench, &path, &["ls-files"]).lines().next().unwrap().to_owned();
    git(&bench, &path, &["update-index", "--skip-worktree", &tracked]);
    write(&path.join(&tracked), "changed, and git is told not to look");
    kept(&bench, &path, KeptClone::Files).await;
    git(&bench, &path, &["update-index", "--no-skip-worktree", &tracked]);
    kept(&bench, &path, KeptClone::Files).await;
    git(&bench, &path, &["add", "--all"]);
    kept(&bench, &path, KeptClone::Files).await;
    git(&bench, &path, &["stash", "--quiet"]);
    kept(&bench, &path, KeptClone::Stash).await;
    git(&bench, &path, &["stash", "drop", "--quiet"]);
    write(&path.join(".git/modules/inner/HEAD"), "ref: refs/heads/main");
    kept(&bench, &path, KeptClone::Others).await;
    std::fs::remove_dir_all(path.join(".git/modules")).unwrap();
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Removed);
}

#[tokio::test]
async fn a_clone_is_kept_while_a_workspace_is_of_it_in_the_trash_too() {
    let bench = Bench::new().await;
    let had = bench.have().await.unwrap();
    let path = PathBuf::from(&had.path);
    let site = bench.site(&had);
    bench.workspaces.make(&site, &[]).await.unwrap();
    write(&bench.workspaces.folder(&site).join("project/ours"), "ours");
    kept(&bench, &path, KeptClone::InUse).await;
    bench.workspaces.discard(&site, None).await.unwrap();
    kept(&bench, &path, KeptClone::InUse).await;
    bench.workspaces.restore(&site).await.unwrap();
    assert_eq!(std::fs::read(bench.workspaces.folder(&site).join("project/ours")).unwrap(), b"ours");
    bench.workspaces.discard(&site, None).await.unwrap();
    bench.workspaces.purge(&site, &site.branch).await.unwrap();
    // Nor is a working tree that somebody made by themselves.
    let own = bench.repo.folder().join("own tree");
    git(&bench, &path, &["worktree", "add", "--quiet", "--detach", &own.to_string_lossy(), "main"]);
    kept(&bench, &path, KeptClone::InUse).await;
    git(&bench, &path, &["worktree", "remove", &own.to_string_lossy()]);
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Removed);
}

#[tokio::test]
async fn no_link_leads_to_anything_that_is_removed() {
    let (bench, path) = cloned().await;
    let outside = bench.repo.folder().join("outside");
    std::fs::rename(&path, &outside).unwrap();
    let before = snapshot(&outside);
    symlink(&outside, &path).unwrap();
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Kept(KeptClone::Strange));
    std::fs::remove_file(&path).unwrap();
    // Nor does the folder that the clones are in, nor the repository within the clone.
    let repos = path.parent().unwrap();
    let moved = bench.repo.folder().join("moved");
    std::fs::rename(&outside, &path).unwrap();
    std::fs::rename(repos, &moved).unwrap();
    symlink(&moved, repos).unwrap();
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Kept(KeptClone::Strange));
    std::fs::remove_file(repos).unwrap();
    std::fs::rename(&moved, repos).unwrap();
    std::fs::rename(path.join(".git"), &outside).unwrap();
    symlink(&outside, path.join(".git")).unwrap();
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Kept(KeptClone::Strange));
    std::fs::remove_file(path.join(".git")).unwrap();
    std::fs::rename(&outside, path.join(".git")).unwrap();
    let there: Vec<_> = snapshot(&path).into_iter().map(|(_, content)| content).collect();
    assert_eq!(there, before.into_iter().map(|(_, content)| content).collect::<Vec<_>>());
    // What a link in the clone leads to stays when the clone goes.
    write(&bench.repo.folder().join("precious/file"), "precious");
    symlink(bench.repo.folder().join("precious"), path.join(".git/objects/info/link")).unwrap();
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Removed);
    assert_eq!(std::fs::read(bench.repo.folder().join("precious/file")).unwrap(), b"precious");
}

#[tokio::test]
async fn a_clone_of_something_else_in_its_place_is_kept() {
    let (bench, path) = cloned().await;
    let other = RepoId::new().to_string();
    git(&bench, &path, &["config", "switchyard.repo", &other]);
    kept(&bench, &path, KeptClone::Strange).await;
    git(&bench, &path, &["config", "switchyard.repo", &bench.wanted.repo_id.to_string()]);
    // A repository that says that it is elsewhere is not the one that is looked through.
    let own = git(&bench, &path, &["commit-tree", "-m", "Own", "main^{tree}"]);
    git(&bench, &path, &["update-ref", "refs/heads/own", &own]);
    let elsewhere = bench.repo.path().join(".git");
    std::fs::write(path.join(".git/commondir"), elsewhere.to_string_lossy().as_bytes()).unwrap();
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Kept(KeptClone::Strange));
    std::fs::remove_dir_all(&path).unwrap();
    write(&path, "a file");
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Kept(KeptClone::Strange));
    assert_eq!(std::fs::read(&path).unwrap(), b"a file");
}

#[tokio::test]
async fn a_clone_whose_remote_does_not_answer_is_left_for_another_time() {
    let (bench, path) = cloned().await;
    let before = snapshot(&path);
    bench.server.serve(Manner::Failing(503));
    assert_eq!(remove(&bench).await.unwrap_err().code, "remote_unreachable");
    assert_eq!(snapshot(&path), before);
    bench.server.serve(Manner::Usual);
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Removed);
}

#[tokio::test]
async fn a_kill_in_the_middle_loses_nothing_that_was_not_found_at_the_remote() {
    let (bench, path) = cloned().await;
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let before = snapshot(&path).len();
    std::fs::rename(&path, path.with_file_name(format!(".aside-{name}"))).unwrap();
    write(&path.with_file_name(".unneeded-project-1/.git/config"), "half");
    let _anew = clones(&bench.repo, &bench.workspaces, rules());
    assert_eq!((bench.leftovers(), snapshot(&path).len()), (vec![name], before));
    assert_eq!(remove(&bench).await.unwrap(), CloneEnd::Removed);
}
