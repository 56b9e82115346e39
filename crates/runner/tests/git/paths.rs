use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use switchyard_domain::ErrorKind;
use switchyard_domain::workspace::FileKind;
use switchyard_testkit::repo::write;

use crate::harness::Bench;

#[tokio::test]
async fn files_are_listed_with_folders_first() {
    let bench = Bench::made().await;
    bench.write("src/b.rs", "b");
    bench.write("src/a/x.rs", "x");
    symlink("b.rs", bench.tree().join("src/link")).unwrap();
    let root = bench.workspaces.files(&bench.site, "").await.unwrap();
    assert_eq!((root.len(), root[0].path.as_str(), root[0].kind), (1, "project", FileKind::Dir));
    let listed = bench.workspaces.files(&bench.site, "project/src").await.unwrap();
    let told: Vec<_> = listed.iter().map(|entry| (entry.path.as_str(), entry.kind, entry.size)).collect();
    let expected = [
        ("project/src/a", FileKind::Dir, 0),
        ("project/src/b.rs", FileKind::File, 1),
        ("project/src/link", FileKind::Symlink, 4),
    ];
    assert_eq!(told, expected);
    let names: Vec<_> = bench.workspaces.files(&bench.site, "project").await.unwrap();
    assert!(names.iter().all(|entry| entry.name != ".git"));
}

#[tokio::test]
async fn a_file_is_read_up_to_a_limit_and_binary_ones_are_told() {
    let bench = Bench::made().await;
    bench.write("large.txt", "ä".repeat(2 * 1024 * 1024));
    bench.write("binary", [b'a', 0, b'b']);
    let large = bench.workspaces.file(&bench.site, "project/large.txt").await.unwrap();
    assert!(large.truncated && large.size == 4 * 1024 * 1024);
    assert!(large.text.unwrap().chars().all(|c| c == 'ä'));
    let binary = bench.workspaces.file(&bench.site, "project/binary").await.unwrap();
    assert_eq!((binary.text, binary.size), (None, 3));
    symlink("large.txt", bench.tree().join("inside")).unwrap();
    assert!(bench.workspaces.file(&bench.site, "project/inside").await.unwrap().truncated);
}

#[tokio::test]
async fn every_way_out_is_refused_with_the_same_error() {
    let bench = Bench::made().await;
    write(&bench.repo.folder().join("secret.txt"), "secret");
    let outside = bench.repo.folder();
    symlink(&outside, bench.tree().join("absolute")).unwrap();
    symlink("../../../../..", bench.tree().join("relative")).unwrap();
    symlink(outside.join("secret.txt"), bench.tree().join("file")).unwrap();
    symlink("loop", bench.tree().join("loop")).unwrap();
    symlink("/proc/self/root", bench.tree().join("magic")).unwrap();
    for path in [
        "..",
        "../x",
        "project/../../secret.txt",
        "project/..",
        "/etc/passwd",
        "//etc/passwd",
        "project/absolute/secret.txt",
        "project/relative/secret.txt",
        "project/file",
        "project/loop",
        "project/magic/etc/passwd",
        "project/\0README.md",
    ] {
        let error = bench.workspaces.file(&bench.site, path).await.expect_err(path);
        assert_eq!((error.kind, error.code), (ErrorKind::Invalid, "path_outside"), "{path}");
        let error = bench.workspaces.files(&bench.site, path).await.expect_err(path);
        // A link to a file is no folder, whatever it leads to.
        assert!(["path_outside", "not_a_folder"].contains(&error.code), "{path}: {error}");
    }
    for path in
        ["%2e%2e/secret.txt", "project/%2e%2e/%2e%2e/secret.txt", "project/..%2fsecret.txt", "project/．．/x"]
    {
        assert_eq!(bench.workspaces.file(&bench.site, path).await.unwrap_err().code, "not_found", "{path}");
    }
}

#[tokio::test]
async fn what_is_no_regular_file_is_not_waited_for() {
    let bench = Bench::made().await;
    let pipe = bench.tree().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert_eq!(bench.workspaces.file(&bench.site, "project/pipe").await.unwrap_err().code, "not_a_file");
    assert_eq!(bench.workspaces.file(&bench.site, "project").await.unwrap_err().code, "not_a_file");
    assert_eq!(
        bench.workspaces.files(&bench.site, "project/README.md").await.unwrap_err().code,
        "not_a_folder"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_swapped_while_it_is_used_leads_nowhere() {
    let bench = Bench::made().await;
    write(&bench.repo.folder().join("outside/file.txt"), "secret");
    bench.write("real/file.txt", "inside");
    let (tree, outside) = (bench.tree(), bench.repo.folder().join("outside"));
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let swapper = std::thread::spawn(move || {
        let (at, spare) = (tree.join("real"), tree.join("spare"));
        while !stopped.load(Ordering::Relaxed) {
            std::fs::rename(&at, &spare).unwrap();
            symlink(&outside, &at).unwrap();
            std::fs::remove_file(&at).unwrap();
            std::fs::rename(&spare, &at).unwrap();
        }
    });
    let (mut inside, mut refused) = (0, 0);
    for _ in 0..3000 {
        match bench.workspaces.file(&bench.site, "project/real/file.txt").await {
            Ok(content) => {
                assert_eq!(content.text.as_deref(), Some("inside"));
                inside += 1;
            }
            Err(error) => {
                assert!(["path_outside", "not_found"].contains(&error.code), "{error}");
                refused += 1;
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    assert!(inside > 0 && refused > 0, "{inside} inside, {refused} refused");
}
