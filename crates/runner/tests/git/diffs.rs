use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use switchyard_domain::diff::{Diff, DiffArea, DiffFile, DiffPath, FileStatus};

use crate::harness::Bench;

async fn diff(bench: &Bench) -> Diff {
    bench.workspaces.diff(&bench.site, None).await.unwrap()
}

fn file<'a>(diff: &'a Diff, path: &str) -> &'a DiffFile {
    let paths: Vec<_> = diff.files.iter().map(|file| &file.path).collect();
    diff.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is not in {paths:?}"))
}

#[tokio::test]
async fn where_a_change_lives_is_told() {
    let bench = Bench::new().await;
    for name in ["committed", "staged", "unstaged", "mixed"] {
        bench.repo.write(name, "a\nb\nc\n");
    }
    bench.repo.commit("Files");
    bench.make().await;
    bench.write("committed", "a\nB\nc\n");
    bench.write("mixed", "A\nb\nc\n");
    bench.commit("Work");
    bench.write("staged", "a\nb\nc\nd\n");
    bench.git(["add", "staged"]);
    bench.write("unstaged", "a\nc\n");
    bench.write("mixed", "A\nb\nC\n");
    bench.write("untracked", "1\n2\n");
    let diff = diff(&bench).await;
    for (path, area, additions, deletions) in [
        ("committed", DiffArea::Committed, 1, 1),
        ("staged", DiffArea::Staged, 1, 0),
        ("unstaged", DiffArea::Unstaged, 0, 1),
        ("mixed", DiffArea::Mixed, 2, 2),
        ("untracked", DiffArea::Untracked, 2, 0),
    ] {
        let file = file(&diff, path);
        assert_eq!((file.area, file.additions, file.deletions), (area, additions, deletions), "{path}");
    }
    assert_eq!(diff.files.len(), 5);
    assert_eq!((diff.additions, diff.deletions), (6, 4));
    assert_eq!((diff.ahead, diff.behind, diff.uncommitted), (1, 0, 4));
    let hunk = &file(&diff, "committed").hunks[0];
    assert_eq!((hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines), (1, 3, 1, 3));
    assert_eq!(hunk.lines, [" a", "-b", "+B", " c"]);
}

#[tokio::test]
async fn a_base_that_moved_is_counted_and_not_shown() {
    let bench = Bench::made().await;
    bench.write("mine", "m");
    bench.repo.write("theirs", "t");
    bench.repo.commit("Theirs");
    let diff = diff(&bench).await;
    assert_eq!(diff.behind, 1);
    assert_eq!(diff.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["mine"]);
}

#[tokio::test]
async fn renames_modes_links_and_binary_files_are_told() {
    let bench = Bench::new().await;
    let text: String = (0..50).map(|line| format!("line {line}\n")).collect();
    for name in ["old name.txt", "moved on disk.txt", "script.sh", "becomes link", "binary.bin", "gone"] {
        bench.repo.write(name, format!("{name}\n{text}"));
    }
    bench.repo.commit("Files");
    bench.make().await;
    bench.git(["mv", "old name.txt", "new name.txt"]);
    std::fs::rename(bench.tree().join("moved on disk.txt"), bench.tree().join("moved.txt")).unwrap();
    std::fs::set_permissions(bench.tree().join("script.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::remove_file(bench.tree().join("becomes link")).unwrap();
    std::os::unix::fs::symlink("script.sh", bench.tree().join("becomes link")).unwrap();
    bench.write("binary.bin", [0, 1, 2, 3]);
    std::fs::remove_file(bench.tree().join("gone")).unwrap();
    let diff = diff(&bench).await;
    let renamed = file(&diff, "new name.txt");
    assert_eq!((renamed.status, renamed.old_path.as_deref()), (FileStatus::Renamed, Some("old name.txt")));
    let moved = file(&diff, "moved.txt");
    assert_eq!((moved.status, moved.old_path.as_deref()), (FileStatus::Renamed, Some("moved on disk.txt")));
    let script = file(&diff, "script.sh");
    assert_eq!((script.old_mode.as_deref(), script.new_mode.as_deref()), (Some("100644"), Some("100755")));
    assert!(script.hunks.is_empty());
    let link = file(&diff, "becomes link");
    assert_eq!((link.status, link.hunks.len()), (FileStatus::TypeChanged, 2));
    assert!(file(&diff, "binary.bin").binary);
    let gone = file(&diff, "gone");
    assert_eq!((gone.status, gone.size, gone.deletions), (FileStatus::Deleted, 0, 51));
    assert_eq!(diff.files.len(), 6);
}

#[tokio::test]
async fn names_may_be_anything_that_a_disk_allows() {
    let bench = Bench::made().await;
    let names: [&[u8]; 7] = [
        b"tab\there",
        b"new\nline",
        b"quo\"te",
        b"back\\slash",
        b"\xff\xfe",
        "ümläut".as_bytes(),
        b"-x --help",
    ];
    for name in names {
        std::fs::write(bench.tree().join(std::ffi::OsStr::from_bytes(name)), "one\n").unwrap();
    }
    let check = async |area: DiffArea| {
        let diff = diff(&bench).await;
        assert_eq!(diff.files.len(), names.len());
        for name in names {
            let file = file(&diff, &String::from_utf8_lossy(name));
            assert_eq!((file.area, file.additions, file.size), (area, 1, 4));
        }
    };
    check(DiffArea::Untracked).await;
    bench.commit("Odd names");
    check(DiffArea::Committed).await;
}

#[tokio::test]
async fn a_large_file_is_counted_and_shown_only_alone() {
    let bench = Bench::made().await;
    let long: String = (0..6000).map(|line| format!("{line}\n")).collect();
    bench.write("long.txt", &long);
    bench.write("short.txt", "s\n");
    bench.commit("Files");
    bench.write("wide.txt", "x".repeat(500_000));
    let whole = diff(&bench).await;
    let cut = file(&whole, "long.txt");
    assert!(cut.too_large && cut.hunks.is_empty());
    assert_eq!(cut.additions, 6000);
    assert!(file(&whole, "wide.txt").too_large);
    assert_eq!(file(&whole, "wide.txt").additions, 1);
    assert!(!file(&whole, "short.txt").too_large);
    for (path, lines) in [("long.txt", 6000), ("wide.txt", 2)] {
        let only = DiffPath { repo_id: bench.site.repos[0].repo_id, path: path.to_owned() };
        let alone = bench.workspaces.diff(&bench.site, Some(&only)).await.unwrap();
        assert_eq!(alone.files.len(), 1);
        assert!(!alone.files[0].too_large);
        assert_eq!(alone.files[0].hunks[0].lines.len(), lines, "{path}");
    }
}

#[tokio::test]
async fn an_untracked_file_counts_as_much_as_it_will_once_it_is_committed() {
    let bench = Bench::made().await;
    let line = "0123456789abcde\n";
    bench.write("many-lines.txt", line.repeat(7000));
    bench.write("many-bytes.txt", line.repeat(70_000) + "and no line end");
    bench.write("many-mebibytes.txt", line.repeat((32 << 20) / line.len() + 1));
    let told = |diff: &Diff| {
        let of = |path: &str| {
            let file = file(diff, path);
            assert!(file.hunks.is_empty());
            (file.additions, file.binary, file.too_large)
        };
        [of("many-lines.txt"), of("many-bytes.txt"), of("many-mebibytes.txt")]
    };
    let untracked = diff(&bench).await;
    assert_eq!(told(&untracked), [(7000, false, true), (70_001, false, true), (0, true, false)]);
    bench.commit("Large files");
    let committed = diff(&bench).await;
    assert_eq!(told(&committed), told(&untracked));
    assert_eq!(committed.additions, untracked.additions);
}

#[tokio::test]
async fn a_renamed_file_alone_is_still_renamed() {
    let bench = Bench::new().await;
    bench.repo.write("a.txt", "1\n2\n3\n4\n5\n6\n");
    bench.repo.commit("File");
    bench.make().await;
    bench.git(["mv", "a.txt", "b.txt"]);
    bench.write("b.txt", "1\n2\n3\n4\n5\nsix\n");
    let only = DiffPath { repo_id: bench.site.repos[0].repo_id, path: "b.txt".to_owned() };
    let alone = bench.workspaces.diff(&bench.site, Some(&only)).await.unwrap();
    assert_eq!(alone.files.len(), 1);
    assert_eq!(alone.files[0].old_path.as_deref(), Some("a.txt"));
    assert_eq!((alone.files[0].additions, alone.files[0].deletions), (1, 1));
}

#[tokio::test]
async fn more_files_than_can_be_shown_are_listed_without_hunks() {
    let bench = Bench::made().await;
    for number in 0..2100 {
        bench.write(&format!("many/{number:05}.txt"), "x\n");
    }
    let untracked = diff(&bench).await;
    assert_eq!(untracked.files.len(), 2100);
    assert_eq!(untracked.files.iter().filter(|file| file.too_large).count(), 100);
    bench.commit("Many");
    let committed = diff(&bench).await;
    assert_eq!(committed.files.iter().filter(|file| !file.hunks.is_empty()).count(), 2000);
    assert_eq!(committed.additions, 2100);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let bench = Bench::made().await;
    bench.write("new", "n");
    bench.write("README.md", "changed");
    let index = bench.git(["rev-parse", "--git-path", "index"]);
    let before = (std::fs::read(&index).unwrap(), std::fs::metadata(&index).unwrap().modified().unwrap());
    diff(&bench).await;
    bench.workspaces.commits(&bench.site).await.unwrap();
    let after = (std::fs::read(&index).unwrap(), std::fs::metadata(&index).unwrap().modified().unwrap());
    assert!(before == after);
}

#[tokio::test]
async fn commits_are_listed_newest_first() {
    let bench = Bench::made().await;
    bench.write("a", "a");
    bench.commit("First: \"quoted\"");
    bench.write("b", "b");
    let second = bench.commit("Second");
    bench.repo.commit("On the base");
    let commits = bench.workspaces.commits(&bench.site).await.unwrap();
    let subjects: Vec<_> = commits.iter().map(|commit| commit.subject.as_str()).collect();
    assert_eq!(subjects, ["Second", "First: \"quoted\""]);
    assert_eq!((commits[0].id.as_str(), commits[0].author.as_str()), (second.as_str(), "Tess Ter"));
}

#[tokio::test]
async fn a_file_moved_on_disk_and_asked_for_alone_is_still_moved() {
    let bench = Bench::new().await;
    bench.repo.write("a.txt", "1\n2\n3\n4\n5\n6\n");
    bench.repo.commit("File");
    bench.make().await;
    std::fs::rename(bench.tree().join("a.txt"), bench.tree().join("b.txt")).unwrap();
    let only = DiffPath { repo_id: bench.site.repos[0].repo_id, path: "b.txt".to_owned() };
    let alone = bench.workspaces.diff(&bench.site, Some(&only)).await.unwrap();
    assert_eq!(alone.files.len(), 1);
    assert_eq!(
        (alone.files[0].status, alone.files[0].old_path.as_deref()),
        (FileStatus::Renamed, Some("a.txt"))
    );
}

#[tokio::test]
async fn a_base_that_is_gone_or_rewritten_still_has_a_diff() {
    let bench = Bench::made().await;
    bench.write("mine", "m");
    bench.commit("Mine");
    bench.repo.git(["checkout", "--quiet", "--orphan", "main2"]);
    bench.repo.commit("Another history");
    bench.repo.git(["branch", "--quiet", "-f", "main", "main2"]);
    let paths = async || diff(&bench).await.files.into_iter().map(|file| file.path).collect::<Vec<_>>();
    assert_eq!(paths().await, ["mine"]);
    bench.repo.git(["branch", "--quiet", "-D", "main"]);
    assert_eq!(paths().await, ["mine"]);
}
