//! Making a workspace, and its diff.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Bench;
use crate::client::{Connection, text};
use crate::failure::{Failure, Result};
use crate::product;
use crate::report::Figure;
use crate::repository::{self, Repository};
use crate::statistics::Samples;

const FILES: usize = 5000;
const CHANGED: usize = 1000;

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let repository = Repository::create(bench.folder("large-repository"), FILES)?;
    let server = bench.server("workspaces").await?;
    let mut connection = server.connect().await?;
    let project = project_with(&mut connection, &repository).await?;

    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    let mut last = Value::Null;
    for round in 0..bench.count(10).max(3) {
        let path = bench.folder(&format!("raw{round}"));
        let path = path.to_string_lossy();
        theirs.push(repository.git(&["worktree", "add", "--quiet", "-b", &format!("raw{round}"), &path])?);
        let task = product::task(&mut connection, &project, &format!("Round {round}")).await?;
        let begun = Instant::now();
        last = workspace(&mut connection, &task).await?;
        ours.push(begun.elapsed());
    }
    let made = Figure::times("workspace of 5,000 files ready, p50", ours.p50(), theirs.p50(), 1.3);
    let worktree = PathBuf::from(text(&last["repos"][0], "path")?);
    repository::change(&worktree, CHANGED)?;
    let uncommitted = diff(bench, &mut connection, &last, "uncommitted").await?;
    repository::git(&worktree, &["commit", "--quiet", "--all", "--message", "All"])?;
    let committed = diff(bench, &mut connection, &last, "committed").await?;
    server.stop().await?;
    Ok(vec![made, uncommitted, committed])
}

async fn diff(bench: &Bench, connection: &mut Connection, workspace: &Value, state: &str) -> Result<Figure> {
    let worktree = PathBuf::from(text(&workspace["repos"][0], "path")?);
    let base = text(&workspace["repos"][0], "base_commit")?;
    // Brings the index's times up to date, so that neither side reads files for nothing.
    repository::git(&worktree, &["status", "--short"])?;
    let path = format!("/api/workspaces/{}/diff", text(workspace, "id")?);

    let (mut ours, mut theirs) = (Samples::default(), Samples::default());
    for _ in 0..bench.count(20).max(3) {
        theirs.push(repository::git(&worktree, &["diff", &base])?);
        let begun = Instant::now();
        let answer = connection.send(Method::GET, &path, None).await?;
        ours.push(begun.elapsed());
        if answer.status != 200 {
            let said = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(Failure::new(format!("{path} answered {}: {said}", answer.status)));
        }
    }
    Ok(Figure::times(format!("diff of 1,000 changed files, {state}, p50"), ours.p50(), theirs.p50(), 1.5))
}

/// A project with that repository.
pub(super) async fn project_with(connection: &mut Connection, repository: &Repository) -> Result<String> {
    let project = product::project(connection, "Repository").await?;
    let repo = json!({ "path": repository.path });
    connection.post(&format!("/api/projects/{project}/repos"), &repo).await?;
    Ok(project)
}

/// Makes a workspace and waits until it is ready.
pub(super) async fn workspace(connection: &mut Connection, task: &str) -> Result<Value> {
    let made = connection.post(&format!("/api/tasks/{task}/workspaces"), &json!({})).await?;
    let path = format!("/api/workspaces/{}", text(&made, "id")?);
    let mut workspace = made;
    loop {
        match workspace["status"].as_str() {
            Some("ready") => return Ok(workspace),
            Some("creating") => sleep(Duration::from_millis(2)).await,
            _ => return Err(Failure::new(format!("a workspace was not made: {workspace}"))),
        }
        workspace = connection.get(&path).await?;
    }
}
