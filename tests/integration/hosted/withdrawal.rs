//! Who loses access has no agent and no terminal at work there any more, and loses nothing else by it.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use switchyard_integration::{Hosted, Method, NOISE, Visitor, command, eventually, id, signal, text, within};

use super::access::name;
use super::leases::{wait_for, workspace};
use super::organisations::{join, own_id, team};

/// Bob in Ada's organisation, with a workspace of his in a project that both see. His agents are driven by the first of two
/// servers; Ada, at the second, changes what he may do.
struct Scene {
    hosted: Hosted,
    ada: Visitor,
    bob: Visitor,
    bobs: String,
    made: Value,
    project: String,
}

impl Scene {
    async fn set_up() -> Self {
        Self::at(2).await
    }

    /// With so many servers; Ada is at the last.
    async fn at(servers: usize) -> Self {
        let hosted = Hosted::start_with(servers, &[]).await;
        let (ada, bob, _) = team(&hosted, "member").await;
        let ada = ada.at(hosted.ports()[servers - 1]);
        let (bobs, made) = (own_id(&bob).await, workspace(&hosted, &bob).await);
        let project = text(&made, "project_id").to_owned();
        Self { hosted, ada, bob, bobs, made, project }
    }

    /// Whom the project names from now on; everybody sees it where `restricted` is false.
    async fn name(&self, restricted: bool, entries: &[(&str, &str, &str)]) {
        name(&self.ada, &self.project, restricted, entries).await;
    }

    /// A session of Bob's whose agent goes on for ever.
    async fn endless(&self) -> Value {
        endless(&self.bob, &self.made).await
    }

    /// A session of Bob's whose agent waits for its next turn.
    async fn waiting(&self) -> Value {
        let path = format!("/api/workspaces/{}/sessions", id(&self.made));
        let body = json!({ "agent": self.hosted.agent(&self.bobs), "prompt": "[[say done]]" });
        let session = self.bob.post(&path, body).await.expect(201);
        wait_for(&self.bob, &session, "idle").await;
        session
    }

    /// Bob's agents that have a process.
    fn agents(&self) -> Vec<i32> {
        let program = format!("/{}/agent", self.bobs);
        let all = self.hosted.processes().into_iter();
        all.filter(|process| process.command.contains(&program)).map(|process| process.pid).collect()
    }

    async fn agents_are_gone(&self) {
        within(NOISE, "the waiting agent is gone", || async { self.agents().is_empty().then_some(()) }).await;
    }

    /// Waits until a session is stopped for a reason, as Ada sees it, with nothing of its agent left.
    async fn stopped(&self, session: &Value, reason: &str) {
        stopped(&self.hosted, &self.ada, session, reason).await;
    }
}

/// A session whose agent repeats its prompt and goes on for ever.
async fn endless(visitor: &Visitor, workspace: &Value) -> Value {
    let path = format!("/api/workspaces/{}/sessions", id(workspace));
    let body = json!({ "agent": command("cat; sleep 600"), "prompt": "Go" });
    let session = visitor.post(&path, body).await.expect(201);
    wait_for(visitor, &session, "running").await;
    session
}

/// Waits until a session is stopped for a reason, as somebody sees it, with nothing of its agent left.
async fn stopped(hosted: &Hosted, visitor: &Visitor, session: &Value, reason: &str) {
    wait_for(visitor, session, "stopped").await;
    let what = format!("it says that {reason}");
    eventually(&what, || async {
        let now = visitor.get(&format!("/api/sessions/{}", id(session))).await.expect(200);
        now["status_detail"].as_str().is_some_and(|detail| detail.contains(reason)).then_some(())
    })
    .await;
    eventually("nothing of it runs", || async {
        let left = hosted.processes().into_iter().any(|process| process.command.contains("sleep 600"));
        (!left).then_some(())
    })
    .await;
}

/// What people said in a session, as its transcript has it.
async fn heard(visitor: &Visitor, session: &Value) -> Vec<String> {
    let page = visitor.get(&format!("/api/sessions/{}/entries?after=0", id(session))).await.expect(200);
    let entries = page["items"].as_array().expect("a list").clone();
    let said = entries.iter().filter(|entry| entry["kind"] == "user_message");
    said.map(|entry| text(entry, "text").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_lose_access_stops_the_agents_there_at_whichever_server() {
    let scene = Scene::set_up().await;
    let Scene { hosted, ada, bob, bobs, made, .. } = &scene;
    let role = async |role: &str| {
        let path = format!("/api/members/{bobs}");
        ada.patch(&path, 1, json!({ "role": role })).await.expect(200)
    };

    let session = scene.endless().await;
    scene.name(true, &[]).await;
    scene.stopped(&session, "may not see the project").await;
    scene.name(true, &[("user", bobs, "editor")]).await;

    let session = scene.endless().await;
    scene.name(true, &[("user", bobs, "viewer")]).await;
    scene.stopped(&session, "may only look at the project").await;
    // He looks at what his agent did.
    assert_eq!(heard(bob, &session).await, ["Go"]);

    let group = ada.post("/api/groups", json!({ "name": "Millers" })).await.expect(201);
    let place = format!("/api/groups/{}/members/{bobs}", id(&group));
    ada.call(Method::PUT, &place, None).await.expect(200);
    scene.name(true, &[("group", id(&group), "editor")]).await;
    let session = scene.endless().await;
    ada.delete(&place).await.expect(200);
    scene.stopped(&session, "may not see the project").await;
    scene.name(false, &[]).await;

    let session = scene.endless().await;
    role("viewer").await;
    scene.stopped(&session, "may only look in this organisation").await;
    role("member").await;

    let session = scene.endless().await;
    ada.delete(&format!("/api/members/{bobs}")).await.expect(204);
    scene.stopped(&session, "left the organisation").await;
    join(ada, bob, "member").await;

    let session = scene.endless().await;
    let closed = hosted.operator(&["users", "disable", "bob"]).status().expect("the command runs");
    assert!(closed.success());
    scene.stopped(&session, "account").await;

    let log = ada.get("/api/audit?action=session.stop_access_lost").await.expect(200);
    let log = log["items"].as_array().expect("a list").clone();
    assert_eq!(log.len(), 6, "{log:?}");
    assert!(log[0].to_string().contains("account"), "the entry says why: {}", log[0]);
    // What his agents worked in is as it was.
    let now = ada.get(&format!("/api/workspaces/{}", id(made))).await.expect(200);
    assert_eq!(now["status"], "ready");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_waits_while_its_sender_has_no_access_whatever_becomes_of_the_servers() {
    let mut scene = Scene::set_up().await;
    let first = scene.hosted.ports()[0];
    let session = scene.endless().await;
    let messages = format!("/api/sessions/{}/messages", id(&session));
    scene.bob.post(&messages, json!({ "text": "and more" })).await.expect(202);
    // Nobody drives the session at the moment when access is lost.
    scene.hosted.kill9(first);
    scene.name(true, &[]).await;
    scene.stopped(&session, "may not see the project").await;
    let waiting = scene.ada.get(&messages).await.expect(200);
    assert_eq!(waiting["items"][0]["status"], "queued", "{waiting}");
    // A server that starts takes up what waits, but not this.
    let now = scene.ada.get(&format!("/api/sessions/{}", id(&session))).await.expect(200);
    let stream = format!("/api/sessions/{}/stream?after={}", id(&session), now["last_seq"]);
    let mut stream = scene.ada.open(&stream).await;
    scene.hosted.launch(first).await;
    assert_eq!(stream.next_within(Duration::from_secs(1)).await, None);
    assert_eq!(heard(&scene.ada, &session).await, ["Go"]);
    // With his access the message's turn comes, once.
    scene.name(false, &[]).await;
    wait_for(&scene.ada, &session, "running").await;
    eventually("it is heard", || async {
        (heard(&scene.ada, &session).await == ["Go", "and more"]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminals_are_closed_with_their_users_access_and_what_runs_in_them_ends() {
    let scene = Scene::set_up().await;
    let Scene { hosted, bob, made, .. } = &scene;
    let path = format!("/api/workspaces/{}/terminals", id(made));
    let terminal = bob.post(&path, json!({})).await.expect(201);
    let attach = format!("/api/terminals/{}/attach", id(&terminal));
    let mut shell = switchyard_integration::Terminal::over(bob.open(&attach).await);
    shell.runs("sleep 700 & echo at$((1))work", "at1work").await;
    let runs = || hosted.processes().into_iter().any(|process| process.command.contains("sleep 700"));
    eventually("it runs", || async { runs().then_some(()) }).await;
    scene.name(true, &[]).await;
    within(NOISE, "what ran in it is gone", || async { (!runs()).then_some(()) }).await;
    scene.name(false, &[]).await;
    let now = bob.get(&format!("/api/terminals/{}", id(&terminal))).await.expect(200);
    assert_eq!(now["status"], "closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_waits_for_its_next_turn_ends_with_its_owners_access() {
    let scene = Scene::set_up().await;
    let Scene { ada, bob, bobs, .. } = &scene;
    let session = scene.waiting().await;
    assert!(!scene.agents().is_empty(), "its process waits");
    scene.name(true, &[]).await;
    scene.agents_are_gone().await;
    scene.stopped(&session, "may not see the project").await;
    let log = ada.get("/api/audit?action=session.stop_access_lost").await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");

    // Whoever keeps access keeps the agent, whatever changes beside it; and it is talked to again after all.
    scene.name(false, &[]).await;
    let kept = scene.waiting().await;
    scene.name(true, &[("user", bobs, "editor")]).await;
    let messages = format!("/api/sessions/{}/messages", id(&kept));
    bob.post(&messages, json!({ "text": "[[say more]]" })).await.expect(202);
    eventually("it is heard", || async {
        (heard(ada, &kept).await == ["[[say done]]", "[[say more]]"]).then_some(())
    })
    .await;
    wait_for(bob, &kept, "idle").await;
    assert!(!scene.agents().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_waited_when_its_server_was_killed_ends_with_its_owners_access_after_the_restart() {
    let mut scene = Scene::at(1).await;
    let session = scene.waiting().await;
    let port = scene.hosted.ports()[0];
    scene.hosted.kill9(port);
    scene.hosted.launch(port).await;
    assert!(!scene.agents().is_empty(), "its process waits");
    scene.name(true, &[]).await;
    scene.agents_are_gone().await;
    scene.stopped(&session, "may not see the project").await;
    scene.name(false, &[]).await;

    // One that ended meanwhile is told so, although nobody has written to it since.
    let session = scene.waiting().await;
    scene.hosted.kill9(port);
    for agent in scene.agents() {
        signal(agent, Signal::KILL);
    }
    scene.hosted.launch(port).await;
    wait_for(&scene.bob, &session, "failed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_waits_ends_with_its_owners_access_at_the_other_server_when_its_own_is_gone() {
    let mut scene = Scene::set_up().await;
    let ports = scene.hosted.ports();
    // Its access is lost when nobody follows the agent, and after the other server took it up.
    for restricted_first in [true, false] {
        let session = scene.waiting().await;
        let before = scene.hosted.log(ports[1]).matches("is taken up").count();
        scene.hosted.kill9(ports[0]);
        if restricted_first {
            scene.name(true, &[]).await;
        }
        within(NOISE, "the other server takes over", || async {
            (scene.hosted.log(ports[1]).matches("is taken up").count() > before).then_some(())
        })
        .await;
        if !restricted_first {
            scene.name(true, &[]).await;
        }
        scene.agents_are_gone().await;
        scene.stopped(&session, "may not see the project").await;
        scene.name(false, &[]).await;
        scene.hosted.launch(ports[0]).await;
    }
}
