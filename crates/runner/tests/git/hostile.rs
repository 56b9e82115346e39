//! Repositories that try to have something run.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use switchyard_domain::workspace::{CheckpointReason, MergeStrategy, OnConflict, UpdateStrategy};
use switchyard_testkit::repo::write;

use crate::harness::Bench;

/// Where a program leaves its mark when it is run.
fn mark(bench: &Bench) -> PathBuf {
    bench.repo.folder().join("it-ran")
}

/// A program that marks that it ran, and passes its input through.
fn trap(bench: &Bench) -> String {
    let program = bench.repo.folder().join("trap.sh");
    write(&program, format!("#!/bin/sh\necho \"$0 $*\" >> {}\nexec cat\n", mark(bench).display()));
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    program.to_string_lossy().into_owned()
}

fn assert_nothing_ran(bench: &Bench) {
    let ran = std::fs::read_to_string(mark(bench)).unwrap_or_default();
    assert_eq!(ran, "", "something ran");
}

/// All that the runner does with a repository, one after the other.
async fn everything(bench: &Bench) {
    let (workspaces, site) = (&bench.workspaces, &bench.site);
    workspaces.inspect_repo(&bench.repo.path().to_string_lossy()).await.unwrap();
    workspaces.branches(&bench.repo.path().to_string_lossy()).await.unwrap();
    workspaces.find_repos(Some(&bench.repo.folder().to_string_lossy())).await.unwrap();
    workspaces.make(site, &[]).await.unwrap();
    bench.write("data.bin", "changed\nby the agent\n");
    bench.write("README.md", "# A project\nours\n");
    bench.write("new.bin", "new");
    workspaces.diff(site, None).await.unwrap();
    let saved = workspaces.checkpoint(site, CheckpointReason::Manual).await.unwrap();
    workspaces.commit(site, "Work").await.unwrap();
    bench.write("data.bin", "changed\nagain\n");
    workspaces.commits(site).await.unwrap();
    workspaces.rewind(site, saved.number).await.unwrap();
    workspaces.commit(site, "Work").await.unwrap();
    assert_nothing_ran(bench);
    let off = [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "filter.evil.process=",
        "filter.evil.required=false",
    ];
    let mine: Vec<&str> = off.into_iter().flat_map(|setting| ["-c", setting]).collect();
    // By hand, since an ordinary git would run the filters.
    let entry = format!("100644,{},base.txt", bench.repo.git(["rev-parse", "next:base.txt"]));
    bench.repo.write("base.txt", "b");
    bench.repo.git([&mine[..], &["update-index", "--add", "--cacheinfo", &entry]].concat());
    bench.repo.git([&mine[..], &["update-ref", "refs/heads/main", "next"]].concat());
    std::fs::remove_file(mark(bench)).ok();
    workspaces.update(site, UpdateStrategy::Rebase, OnConflict::Keep).await.unwrap();
    bench.write("new.bin", "newer");
    workspaces.merge(site, MergeStrategy::Merge, "Merge").await.unwrap();
    let _ = workspaces.push(site, None).await;
    workspaces.discard(site, None).await.unwrap();
    workspaces.restore(site).await.unwrap();
    workspaces.discard(site, None).await.unwrap();
    workspaces.purge(site, &site.branch).await.unwrap();
}

async fn armed() -> (Bench, String) {
    let bench = Bench::new().await;
    bench.repo.write("data.bin", "some\ndata\n");
    bench.repo.write(".gitattributes", "*.bin filter=evil diff=evil merge=evil\n");
    bench.repo.commit("Data");
    bench.repo.git(["checkout", "--quiet", "-b", "next"]);
    bench.repo.write("base.txt", "b");
    bench.repo.commit("Base");
    bench.repo.git(["checkout", "--quiet", "main"]);
    let trap = trap(&bench);
    (bench, trap)
}

#[tokio::test]
async fn hooks_of_a_repository_do_not_run() {
    let (bench, trap) = armed().await;
    for hook in [
        "pre-commit",
        "prepare-commit-msg",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "post-merge",
        "pre-merge-commit",
        "post-index-change",
        "reference-transaction",
        "pre-push",
        "pre-rebase",
        "post-rewrite",
        "pre-auto-gc",
    ] {
        std::fs::copy(&trap, bench.repo.path().join(".git/hooks").join(hook)).unwrap();
    }
    everything(&bench).await;
    assert_nothing_ran(&bench);
    bench.repo.git(["config", "core.hooksPath", &bench.repo.path().join(".git/hooks").to_string_lossy()]);
    let again = Bench { site: Bench::new().await.site, ..bench };
    let mut again = again;
    again.site.repos[0].repo_path = again.repo.path().to_string_lossy().into_owned();
    everything(&again).await;
    assert_nothing_ran(&again);
}

#[tokio::test]
async fn programs_that_a_repositorys_configuration_names_do_not_run() {
    let (bench, trap) = armed().await;
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "sequence.editor",
        "core.askPass",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "credential.helper",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "merge.evil.driver",
        "gpg.program",
        "gpg.ssh.program",
        "interactive.diffFilter",
        "remote.origin.receivepack",
        "remote.origin.uploadpack",
        "uploadpack.packObjectsHook",
        "trailer.evil.command",
    ] {
        bench.repo.git(["config", key, &trap]);
    }
    for (key, value) in [
        ("commit.gpgSign", "true"),
        ("log.showSignature", "true"),
        ("filter.evil.required", "true"),
        ("push.gpgSign", "if-asked"),
        ("remote.origin.url", "../remote"),
        ("trailer.evil.ifmissing", "add"),
    ] {
        bench.repo.git(["config", key, value]);
    }
    bench.repo.git(["init", "--quiet", "--bare", "../remote"]);
    everything(&bench).await;
    assert_nothing_ran(&bench);
}

#[tokio::test]
async fn drivers_in_included_files_and_with_odd_names_do_not_run() {
    let (bench, trap) = armed().await;
    bench.repo.write(".git/info/attributes", "*.bin filter=e=v.il merge=e=v.il\n");
    let config = format!(
        "[filter \"e=v.il\"]\n\tclean = {trap}\n\tsmudge = {trap}\n[merge \"e=v.il\"]\n\tdriver = {trap}\n"
    );
    write(&bench.repo.folder().join("included"), config);
    bench.repo.git(["config", "include.path", &bench.repo.folder().join("included").to_string_lossy()]);
    everything(&bench).await;
    assert_nothing_ran(&bench);
}

#[tokio::test]
async fn a_merge_driver_of_a_repository_is_replaced_by_gits_own_merge() {
    let (bench, trap) = armed().await;
    bench.repo.git(["config", "merge.evil.driver", &trap]);
    bench.repo.write("data.bin", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    bench.repo.git(["-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-am", "Lines"]);
    bench.make().await;
    bench.write("data.bin", "one\n2\n3\n4\n5\n6\n7\n8\n9\n");
    bench.repo.write("data.bin", "1\n2\n3\n4\n5\n6\n7\n8\nnine\n");
    bench.repo.git(["commit", "--quiet", "-am", "Nine"]);
    bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "One").await.unwrap();
    let merged = std::fs::read_to_string(bench.repo.path().join("data.bin")).unwrap();
    assert_eq!(merged, "one\n2\n3\n4\n5\n6\n7\n8\nnine\n");
    bench.write("data.bin", "ONE\n2\n3\n4\n5\n6\n7\n8\n9\n");
    let error = bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "ONE").await;
    bench.repo.write("data.bin", "uno\n");
    assert!(error.is_ok() || error.unwrap_err().code == "merge_conflict");
    assert_nothing_ran(&bench);
}

#[tokio::test]
async fn filters_of_the_user_do_run() {
    let bench = Bench::new().await;
    bench.repo.write("a.txt", "text\n");
    bench.repo.write(".gitattributes", "*.txt filter=mine\n");
    bench.repo.commit("Text");
    bench.repo.git(["config", "--global", "filter.mine.smudge", "tr a-z A-Z"]);
    bench.make().await;
    assert_eq!(bench.read("a.txt"), "TEXT\n");
}

#[tokio::test]
async fn remotes_with_transports_that_run_programs_are_refused() {
    let (bench, trap) = armed().await;
    bench.make().await;
    bench.repo.git(["remote", "add", "origin", &format!("ext::{trap} %S")]);
    bench.repo.git(["config", "protocol.ext.allow", "always"]);
    bench.repo.git(["config", "protocol.allow", "always"]);
    let error = bench.workspaces.push(&bench.site, None).await.unwrap_err();
    assert_eq!(error.code, "push_failed");
    bench.repo.git(["remote", "set-url", "origin", "host:path"]);
    bench.repo.git(["config", "url.ext::sh.insteadOf", "host:path"]);
    assert_eq!(bench.workspaces.push(&bench.site, None).await.unwrap_err().code, "push_failed");
    assert_nothing_ran(&bench);
}

#[tokio::test]
async fn a_worktree_that_points_git_elsewhere_is_not_followed() {
    let (bench, trap) = armed().await;
    bench.make().await;
    let elsewhere = bench.repo.folder().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    bench.repo.git_in(&elsewhere, ["init", "--quiet"]);
    bench.repo.git_in(&elsewhere, ["config", "core.fsmonitor", &trap]);
    write(&elsewhere.join("secret.txt"), "secret");
    let dot_git = format!("gitdir: {}\n", elsewhere.join(".git").display());
    std::fs::write(bench.tree().join(".git"), dot_git).unwrap();
    bench.repo.git(["config", "extensions.worktreeConfig", "true"]);
    let config = format!("[core]\n\tworktree = {}\n", elsewhere.display());
    std::fs::write(bench.repo.path().join(".git/worktrees/project/config.worktree"), config).unwrap();
    bench.write("mine.txt", "m");
    let diff = bench.workspaces.diff(&bench.site, None).await.unwrap();
    let paths: Vec<_> = diff.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["mine.txt"]);
    bench.workspaces.commit(&bench.site, "Mine").await.unwrap();
    assert_eq!(bench.repo.git(["show", "--format=", "--name-only", &bench.site.branch]), "mine.txt");
    assert_nothing_ran(&bench);
}

#[tokio::test]
async fn a_submodule_with_a_configuration_of_its_own_runs_nothing() {
    let (bench, trap) = armed().await;
    bench.make().await;
    let inner = bench.tree().join("inner");
    std::fs::create_dir(&inner).unwrap();
    bench.repo.git_in(&inner, ["init", "--quiet"]);
    bench.repo.git_in(&inner, ["commit", "--quiet", "--allow-empty", "-m", "Inner"]);
    bench.write(".gitmodules", "[submodule \"inner\"]\n\tpath = inner\n\turl = ./inner\n\tignore = none\n");
    bench.commit("Submodule");
    bench.repo.git_in(&inner, ["config", "core.fsmonitor", &trap]);
    bench.write("inner/dirty.txt", "d");
    bench.write("README.md", "changed");
    bench.workspaces.diff(&bench.site, None).await.unwrap();
    bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap();
    bench.workspaces.commit(&bench.site, "Work").await.unwrap();
    assert_nothing_ran(&bench);
}
