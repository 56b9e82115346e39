//! A disk that is full.

use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use serde_json::json;
use switchyard_integration::{Expect, Setup, command, id, text};
use switchyard_testkit::repo::TempRepo;
use tempfile::TempDir;

use crate::ground::Ground;

/// A small disk of its own.
struct Disk(TempDir);

impl Disk {
    fn of_mebibytes(size: u32) -> Self {
        let folder = tempfile::Builder::new().prefix("switchyard-disk-").tempdir().unwrap();
        let options = std::ffi::CString::new(format!("size={size}m")).unwrap();
        let mounted = mount("tmpfs", folder.path(), "tmpfs", MountFlags::empty(), options.as_c_str());
        if let Err(error) = mounted {
            panic!(
                "a small disk cannot be mounted ({error}): run the fault tests as root, or in a user namespace"
            );
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the space that is left.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        let mut size = 1 << 20;
        while size > 0 {
            while file.write(&vec![0; size]).is_ok_and(|written| written == size) {}
            size /= 2;
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = unmount(self.path(), UnmountFlags::DETACH);
    }
}

async fn ground_on(disk: &Disk) -> Ground {
    let setup = Setup { data_dir: Some(disk.path().join("data")), ..Setup::default() };
    Ground::of(TempRepo::new(), setup).await
}

#[tokio::test]
async fn a_full_disk_refuses_writes_with_what_to_do_and_loses_nothing() {
    let disk = Disk::of_mebibytes(48);
    let mut ground = ground_on(&disk).await;
    let client = ground.client();
    let tasks = format!("/api/projects/{}/tasks", ground.project);
    let body = |number: usize| json!({"title": format!("T{number}"), "description": "x".repeat(100_000)});
    let mut made = vec![client.post(&tasks, body(0)).await.expect(201)];
    let filler = disk.fill();
    let refused = loop {
        let answer = client.post(&tasks, body(made.len())).await;
        if answer.status != 201 {
            break answer;
        }
        made.push(answer.json());
        assert!(made.len() < 400, "the disk is never full");
    };
    let problem = refused.refused(503, "disk_full");
    assert!(text(&problem, "detail").contains("space"), "{problem}");
    for task in &made {
        assert_eq!(
            client.now("tasks", task).await,
            *task,
            "what was acknowledged is there while the disk is full"
        );
    }
    client.post(&tasks, body(9999)).await.refused(503, "disk_full");

    std::fs::remove_file(filler).unwrap();
    made.push(client.post(&tasks, body(made.len())).await.expect(201));
    ground.instance.kill9();
    ground.instance.launch().await;
    let kept = ground.client().list(&format!("{tasks}?limit=1000")).await;
    assert_eq!(kept, made);
}

#[tokio::test]
async fn an_agent_that_fills_the_disk_fails_with_what_to_do_and_goes_on_when_there_is_room() {
    let disk = Disk::of_mebibytes(48);
    let ground = ground_on(&disk).await;
    let client = ground.client();
    let workspace = ground.workspace("Fill").await;
    let filler = disk.fill();
    let line = "head -c 4000000 /dev/zero | tr '\\0' 'x' | fold -w 100; echo the end";
    let path = format!("/api/workspaces/{}/sessions", id(&workspace));
    let started = client.post(&path, json!({"agent": command(line), "prompt": "go"})).await;
    let session = match started.status {
        201 => {
            let session = client.wait(&started.json(), Expect::Status("failed")).await;
            let told = text(&session, "status_detail").to_lowercase();
            assert!(told.contains("disk") || told.contains("space"), "{session}");
            Some(session)
        }
        _ => {
            started.refused(503, "disk_full");
            None
        }
    };
    std::fs::remove_file(filler).unwrap();
    let session = match session {
        Some(session) => {
            client.tell(&session, "again").await;
            session
        }
        None => client.start_agent(&workspace, command(line), "go").await,
    };
    client.wait(&session, Expect::Status("completed")).await;
    client.transcript(&session).await;
}

#[tokio::test]
async fn a_workspace_that_does_not_fit_the_disk_says_so_and_leaves_the_repository_as_it_was() {
    let disk = Disk::of_mebibytes(24);
    let repo = TempRepo::new();
    repo.write("large.bin", vec![7; 40 << 20]);
    repo.commit("Large");
    let setup = Setup { data_dir: Some(disk.path().join("data")), ..Setup::default() };
    let ground = Ground::of(repo, setup).await;
    let task = ground.client().task(&ground.project, "Big").await;
    let path = format!("/api/tasks/{}/workspaces", id(&task));
    let made = ground.client().post(&path, json!({})).await;
    let told = made.text().to_lowercase();
    assert!(told.contains("disk") || told.contains("space"), "{} {told}", made.status);
    let workspaces = ground.client().list(&path).await;
    for workspace in workspaces {
        assert_eq!(ground.ask(&workspace, "discard", json!({})).await.status, 200);
    }
    assert_eq!(ground.repo.git(["branch", "--format=%(refname:short)"]), "main");
    assert_eq!(ground.repo.git(["status", "--porcelain"]), "");
}
