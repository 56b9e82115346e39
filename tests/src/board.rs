//! What people do on the board, in a word each.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, id, text};
use crate::patience::{NOISE, within};
use crate::programs::program;

/// Entries that a page of a transcript can hold.
const PAGE: usize = 1000;

/// What a session is waited for.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// This status.
    Status(&'static str),
    /// No turn under way, however it ended.
    Rest,
}

/// The agent that runs a command line.
#[must_use]
pub fn command(line: &str) -> Value {
    json!({"id": "command", "command": line})
}

/// The scripted agent, which speaks the Agent Client Protocol and does what its prompt says.
#[must_use]
pub fn acp() -> Value {
    json!({"id": "acp", "command": [program("switchyard-scripted-agent")]})
}

/// Everything that the agent said in a transcript.
#[must_use]
pub fn said(entries: &[Value]) -> String {
    let messages = entries.iter().filter(|entry| entry["kind"] == "agent_message");
    messages.map(|entry| text(entry, "text")).collect()
}

/// The kinds of a transcript's entries, runs of one kind told once.
#[must_use]
pub fn kinds(entries: &[Value]) -> Vec<String> {
    let mut kinds: Vec<String> = entries
        .iter()
        .map(|entry| match entry["event"].as_str() {
            Some(event) => event.to_owned(),
            None => text(entry, "kind").to_owned(),
        })
        .collect();
    kinds.dedup();
    kinds
}

impl Client {
    /// Makes a project and returns its id.
    pub async fn project(&self, name: &str) -> String {
        id(&self.post("/api/projects", json!({ "name": name })).await.expect(201)).to_owned()
    }

    /// Adds a repository and returns it.
    pub async fn repo(&self, project: &str, path: &Path) -> Value {
        self.post(&format!("/api/projects/{project}/repos"), json!({ "path": path })).await.expect(201)
    }

    /// Makes a project with a repository and returns its id.
    pub async fn project_with(&self, path: &Path) -> String {
        let project = self.project("Board").await;
        self.repo(&project, path).await;
        project
    }

    /// Makes a task and returns it.
    pub async fn task(&self, project: &str, title: &str) -> Value {
        self.post(&format!("/api/projects/{project}/tasks"), json!({ "title": title })).await.expect(201)
    }

    /// Makes a task with a workspace that is ready, and returns the workspace.
    pub async fn workspace(&self, project: &str, title: &str) -> Value {
        let task = self.task(project, title).await;
        let made = self.post(&format!("/api/tasks/{}/workspaces", id(&task)), json!({})).await.expect(201);
        assert_eq!(made["status"], "ready", "{made}");
        made
    }

    /// Starts an agent in a workspace and returns the session.
    pub async fn start_agent(&self, workspace: &Value, agent: Value, prompt: &str) -> Value {
        let path = format!("/api/workspaces/{}/sessions", id(workspace));
        self.post(&path, json!({"agent": agent, "prompt": prompt})).await.expect(201)
    }

    /// Says something to a session's agent and returns the message.
    pub async fn tell(&self, session: &Value, words: &str) -> Value {
        self.post(&format!("/api/sessions/{}/messages", id(session)), json!({ "text": words }))
            .await
            .expect(202)
    }

    /// A resource as it is now.
    pub async fn now(&self, noun: &str, resource: &Value) -> Value {
        self.get(&format!("/api/{noun}/{}", id(resource))).await.expect(200)
    }

    /// Waits until a session stands as expected, and returns it.
    pub async fn wait(&self, session: &Value, expected: Expect) -> Value {
        self.wait_within(NOISE, session, expected).await.0
    }

    /// Waits until a session stands as expected, and returns it with the time that took.
    pub async fn wait_within(
        &self,
        patience: Duration,
        session: &Value,
        expected: Expect,
    ) -> (Value, Duration) {
        let what = format!("session {} is in {expected:?}", id(session));
        within(patience, &what, || async {
            let now = self.now("sessions", session).await;
            let status = text(&now, "status");
            let fine = match expected {
                Expect::Status(wanted) => status == wanted,
                Expect::Rest => !["starting", "running", "waiting_approval"].contains(&status),
            };
            fine.then_some(now)
        })
        .await
    }

    /// Runs an agent's turn to its end and returns the session.
    pub async fn run_agent(&self, workspace: &Value, agent: Value, prompt: &str) -> Value {
        let session = self.start_agent(workspace, agent, prompt).await;
        self.wait(&session, Expect::Rest).await
    }

    /// A session's transcript, whole and checked to be without gaps.
    pub async fn transcript(&self, session: &Value) -> Vec<Value> {
        let mut entries: Vec<Value> = Vec::new();
        loop {
            let path = format!("/api/sessions/{}/entries?after={}&limit={PAGE}", id(session), entries.len());
            let page = self.get(&path).await.expect(200);
            let items = page["items"].as_array().expect("a list").clone();
            let last = items.len() < PAGE;
            for entry in items {
                entries.push(entry);
                assert_eq!(entries[entries.len() - 1]["seq"], entries.len(), "a gap in the transcript");
            }
            if last {
                return entries;
            }
        }
    }

    /// The items of a list that fits a page.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        self.get(path).await.expect(200)["items"].as_array().expect("a list").clone()
    }
}
