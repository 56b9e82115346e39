//! Terminals, beside a program on a bare pseudo-terminal.

mod echo;
mod endings;
mod floods;
mod memory;

use serde_json::json;

use super::{Bench, workspaces};
use crate::client::{Connection, text};
use crate::failure::{Failure, Result, told};
use crate::product::{self, Server};
use crate::report::Figure;
use crate::repository::Repository;
use crate::viewer::Viewer;

/// Measured on a thread with a runtime of its own: none of a client's time is to go into handing over between threads.
pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let measured = std::thread::scope(|scope| scope.spawn(|| runtime()?.block_on(all(bench))).join());
    measured.unwrap_or_else(|_| Err(Failure::new("measuring terminals panicked")))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    told("make a runtime", tokio::runtime::Builder::new_current_thread().enable_all().build())
}

async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let repository = Repository::create(bench.folder("terminals-repository"), 20)?;
    let server = bench.server("terminals").await?;
    let mut connection = server.connect().await?;
    let project = workspaces::project_with(&mut connection, &repository).await?;
    let task = product::task(&mut connection, &project, "Terminals").await?;
    let workspace = text(&workspaces::workspace(&mut connection, &task).await?, "id")?;
    let ground = Ground { bench, server, workspace };
    let mut figures = memory::idle(&ground).await?;
    figures.extend(echo::alone(&ground).await?);
    figures.push(floods::bulk(&ground).await?);
    figures.push(echo::beside_floods(&ground).await?);
    figures.push(floods::interrupt(&ground).await?);
    figures.push(memory::stopped_viewer(&ground).await?);
    figures.extend(endings::measure(&ground).await?);
    ground.server.stop().await?;
    Ok(figures)
}

/// A server with a workspace for terminals.
struct Ground<'a> {
    bench: &'a Bench,
    server: Server,
    workspace: String,
}

impl Ground<'_> {
    /// Opens a terminal and returns its id.
    async fn open(&self, connection: &mut Connection) -> Result<String> {
        let path = format!("/api/workspaces/{}/terminals", self.workspace);
        text(&connection.post(&path, &json!({})).await?, "id")
    }

    /// Opens a terminal and attaches to it.
    async fn open_and_attach(&self) -> Result<(String, Viewer)> {
        let id = self.open(&mut self.server.connect().await?).await?;
        let viewer = self.server.attach(&id).await?;
        Ok((id, viewer))
    }

    /// Closes all terminals.
    async fn close_all(&self) -> Result<()> {
        let mut connection = self.server.connect().await?;
        let terminals = connection.get("/api/terminals").await?;
        for terminal in terminals["items"].as_array().into_iter().flatten() {
            close(&mut connection, &text(terminal, "id")?).await?;
        }
        Ok(())
    }
}

/// Closes a terminal, which nobody changed since it was opened.
async fn close(connection: &mut Connection, id: &str) -> Result<()> {
    connection.delete(&format!("/api/terminals/{id}"), 1).await
}
