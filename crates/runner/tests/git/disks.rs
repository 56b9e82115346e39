use std::process::Command;

use switchyard_domain::ErrorKind;
use switchyard_domain::workspace::{CheckpointReason, MergeStrategy};
use switchyard_runner::workspace::Workspaces;

use crate::harness::{Bench, contents, environment};

/// A file system of a few megabytes, for as long as it is there.
struct SmallDisk<'a>(&'a std::path::Path);

impl<'a> SmallDisk<'a> {
    fn at(folder: &'a std::path::Path, megabytes: usize) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output();
        let said = match &mounted {
            Ok(output) if output.status.success() => return Self(folder),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        panic!(
            "a small disk cannot be mounted ({said}): run the tests as root, or in a user namespace of their own: \
             unshare --user --map-root-user --mount cargo test -p switchyard-runner --test git"
        );
    }

    fn fill(&self) {
        // Ends with an error, which is the purpose.
        let _ = std::fs::write(self.0.join("filler"), vec![1; 64 * 1024 * 1024]);
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let mut bench = Bench::new().await;
    let base = bench.repo.folder().join("small");
    let disk = SmallDisk::at(&base, 4);
    bench.workspaces = Workspaces::open(&base, environment(&bench.repo)).await.unwrap();
    bench.make().await;
    bench.write("work.txt", "work");
    disk.fill();
    let before = contents(&bench.tree());
    let checkpoint = bench.workspaces.checkpoint(&bench.site, CheckpointReason::Manual).await.unwrap_err();
    let merge = bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "Work").await.unwrap_err();
    let discard = bench.workspaces.discard(&bench.site, None).await.unwrap_err();
    for error in [checkpoint, merge, discard] {
        assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "disk_full"), "{error:?}");
    }
    assert_eq!(contents(&bench.tree()), before);
    disk.free();
    bench.workspaces.merge(&bench.site, MergeStrategy::Squash, "Work").await.unwrap();
    assert_eq!(bench.repo.git(["show", "main:work.txt"]), "work");
    bench.workspaces.discard(&bench.site, None).await.unwrap();
}

#[tokio::test]
async fn a_workspace_for_which_there_is_no_room_is_finished_once_there_is() {
    let mut bench = Bench::new().await;
    bench.repo.write("large.bin", vec![7; 3 * 1024 * 1024]);
    bench.repo.commit("Large");
    let base = bench.repo.folder().join("small");
    let disk = SmallDisk::at(&base, 4);
    bench.workspaces = Workspaces::open(&base, environment(&bench.repo)).await.unwrap();
    std::fs::write(base.join("filler"), vec![1; 2 * 1024 * 1024]).unwrap();
    let error = bench.workspaces.make(&bench.site, &[]).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "disk_full"), "{error:?}");
    disk.free();
    bench.make().await;
    assert_eq!(bench.git(["status", "--porcelain"]), "");
}
