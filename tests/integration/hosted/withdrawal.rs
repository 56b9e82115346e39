//! Who loses access has no agent and no terminal at work there any more, and loses nothing else by it.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use switchyard_integration::{Hosted, Method, NOISE, Visitor, command, eventually, id, signal, text, within};
use switchyard_testkit::git_server::{GitServer, Manner};
use switchyard_testkit::repo::TempRepo;

use super::access::name;
use super::leases::{wait_for, workspace};
use super::organisations::{join, own_id, team};

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
    let hosted = Hosted::start_with(2, &[]).await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let bobs = own_id(&bob).await;
    // Agents are driven by the first server; what people may do is changed at the second.
    let there = ada.at(hosted.ports()[1]);
    let made = workspace(&hosted, &bob).await;
    let project = text(&made, "project_id");
    let role = |role: &'static str| {
        let there = there.clone();
        let path = format!("/api/members/{bobs}");
        async move { there.patch(&path, 1, json!({ "role": role })).await.expect(200) }
    };

    let session = endless(&bob, &made).await;
    name(&there, project, true, &[]).await;
    stopped(&hosted, &there, &session, "may not see the project").await;
    name(&there, project, true, &[("user", &bobs, "editor")]).await;

    let session = endless(&bob, &made).await;
    name(&there, project, true, &[("user", &bobs, "viewer")]).await;
    stopped(&hosted, &there, &session, "may only look at the project").await;
    // He looks at what his agent did.
    assert_eq!(heard(&bob, &session).await, ["Go"]);

    let group = there.post("/api/groups", json!({ "name": "Millers" })).await.expect(201);
    let place = format!("/api/groups/{}/members/{bobs}", id(&group));
    there.call(Method::PUT, &place, None).await.expect(200);
    name(&there, project, true, &[("group", id(&group), "editor")]).await;
    let session = endless(&bob, &made).await;
    there.delete(&place).await.expect(200);
    stopped(&hosted, &there, &session, "may not see the project").await;
    name(&there, project, false, &[]).await;

    let session = endless(&bob, &made).await;
    role("viewer").await;
    stopped(&hosted, &there, &session, "may only look in this organisation").await;
    role("member").await;

    let session = endless(&bob, &made).await;
    there.delete(&format!("/api/members/{bobs}")).await.expect(204);
    stopped(&hosted, &there, &session, "left the organisation").await;
    join(&ada, &bob, "member").await;

    let session = endless(&bob, &made).await;
    let closed = hosted.operator(&["users", "disable", "bob"]).status().expect("the command runs");
    assert!(closed.success());
    stopped(&hosted, &there, &session, "account").await;

    let log = there.get("/api/audit?action=session.stop_access_lost").await.expect(200);
    let log = log["items"].as_array().expect("a list").clone();
    assert_eq!(log.len(), 6, "{log:?}");
    assert!(log[0].to_string().contains("account"), "the entry says why: {}", log[0]);
    // What his agents worked in is as it was.
    let now = there.get(&format!("/api/workspaces/{}", id(&made))).await.expect(200);
    assert_eq!(now["status"], "ready");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_waits_while_its_sender_has_no_access_whatever_becomes_of_the_servers() {
    let mut hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let (ada, bob, _) = team(&hosted, "member").await;
    let there = ada.at(ports[1]);
    let made = workspace(&hosted, &bob).await;
    let project = text(&made, "project_id").to_owned();
    let session = endless(&bob, &made).await;
    let messages = format!("/api/sessions/{}/messages", id(&session));
    bob.post(&messages, json!({ "text": "and more" })).await.expect(202);
    // Nobody drives the session at the moment when access is lost.
    hosted.kill9(ports[0]);
    name(&there, &project, true, &[]).await;
    stopped(&hosted, &there, &session, "may not see the project").await;
    let waiting = there.get(&messages).await.expect(200);
    assert_eq!(waiting["items"][0]["status"], "queued", "{waiting}");
    // A server that starts takes up what waits, but not this.
    let now = there.get(&format!("/api/sessions/{}", id(&session))).await.expect(200);
    let stream = format!("/api/sessions/{}/stream?after={}", id(&session), now["last_seq"]);
    let mut stream = there.open(&stream).await;
    hosted.launch(ports[0]).await;
    assert_eq!(stream.next_within(Duration::from_secs(1)).await, None);
    assert_eq!(heard(&there, &session).await, ["Go"]);
    // With his access the message's turn comes, once.
    name(&there, &project, false, &[]).await;
    wait_for(&there, &session, "running").await;
    eventually("it is heard", || async {
        (heard(&there, &session).await == ["Go", "and more"]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminals_are_closed_with_their_users_access_and_what_runs_in_them_ends() {
    let hosted = Hosted::start_with(2, &[]).await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let made = workspace(&hosted, &bob).await;
    let path = format!("/api/workspaces/{}/terminals", id(&made));
    let terminal = bob.post(&path, json!({})).await.expect(201);
    let attach = format!("/api/terminals/{}/attach", id(&terminal));
    let mut shell = switchyard_integration::Terminal::over(bob.open(&attach).await);
    shell.runs("sleep 700 & echo at$((1))work", "at1work").await;
    let runs = || hosted.processes().into_iter().any(|process| process.command.contains("sleep 700"));
    eventually("it runs", || async { runs().then_some(()) }).await;
    let there = ada.at(hosted.ports()[1]);
    name(&there, text(&made, "project_id"), true, &[]).await;
    within(NOISE, "what ran in it is gone", || async { (!runs()).then_some(()) }).await;
    name(&there, text(&made, "project_id"), false, &[]).await;
    let now = bob.get(&format!("/api/terminals/{}", id(&terminal))).await.expect(200);
    assert_eq!(now["status"], "closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_waits_for_its_next_turn_ends_with_its_owners_access() {
    let hosted = Hosted::start_with(2, &[]).await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let bobs = own_id(&bob).await;
    let there = ada.at(hosted.ports()[1]);
    let made = workspace(&hosted, &bob).await;
    let project = text(&made, "project_id");
    let there_are = || !agents(&hosted, &bobs).is_empty();
    let session = waiting(&hosted, &bob, &made).await;
    assert!(there_are(), "its process waits");
    name(&there, project, true, &[]).await;
    within(NOISE, "the waiting agent is gone", || async { (!there_are()).then_some(()) }).await;
    stopped(&hosted, &there, &session, "may not see the project").await;
    let log = there.get("/api/audit?action=session.stop_access_lost").await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");

    // Whoever keeps access keeps the agent, whatever changes beside it; and it is talked to again after all.
    name(&there, project, false, &[]).await;
    let kept = waiting(&hosted, &bob, &made).await;
    name(&there, project, true, &[("user", &bobs, "editor")]).await;
    let messages = format!("/api/sessions/{}/messages", id(&kept));
    bob.post(&messages, json!({ "text": "[[say more]]" })).await.expect(202);
    eventually("it is heard", || async {
        (heard(&there, &kept).await == ["[[say done]]", "[[say more]]"]).then_some(())
    })
    .await;
    wait_for(&bob, &kept, "idle").await;
    assert!(there_are());
}

/// A session of somebody's whose agent waits for its next turn.
async fn waiting(hosted: &Hosted, visitor: &Visitor, workspace: &Value) -> Value {
    let path = format!("/api/workspaces/{}/sessions", id(workspace));
    let body = json!({ "agent": hosted.agent(&own_id(visitor).await), "prompt": "[[say done]]" });
    let session = visitor.post(&path, body).await.expect(201);
    wait_for(visitor, &session, "idle").await;
    session
}

/// The agents of this user that have a process.
fn agents(hosted: &Hosted, user: &str) -> Vec<i32> {
    let program = format!("/{user}/agent");
    let all = hosted.processes().into_iter();
    all.filter(|process| process.command.contains(&program)).map(|process| process.pid).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_waited_when_its_server_was_killed_ends_with_its_owners_access_after_the_restart() {
    let mut hosted = Hosted::start_with(1, &[]).await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let bobs = own_id(&bob).await;
    let made = workspace(&hosted, &bob).await;
    let session = waiting(&hosted, &bob, &made).await;
    let port = hosted.ports()[0];
    hosted.kill9(port);
    hosted.launch(port).await;
    assert!(!agents(&hosted, &bobs).is_empty(), "its process waits");
    name(&ada, text(&made, "project_id"), true, &[]).await;
    within(NOISE, "the waiting agent is gone", || async { agents(&hosted, &bobs).is_empty().then_some(()) })
        .await;
    stopped(&hosted, &ada, &session, "may not see the project").await;
    name(&ada, text(&made, "project_id"), false, &[]).await;

    // One that ended meanwhile is told so, although nobody has written to it since.
    let session = waiting(&hosted, &bob, &made).await;
    hosted.kill9(port);
    for agent in agents(&hosted, &bobs) {
        signal(agent, Signal::KILL);
    }
    hosted.launch(port).await;
    wait_for(&bob, &session, "failed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_waits_ends_with_its_owners_access_at_the_other_server_when_its_own_is_gone() {
    let mut hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let (ada, bob, _) = team(&hosted, "member").await;
    let bobs = own_id(&bob).await;
    let there = ada.at(ports[1]);
    let made = workspace(&hosted, &bob).await;
    let project = text(&made, "project_id");
    // Its access is lost when nobody follows the agent, and after the other server took it up.
    for restricted_first in [true, false] {
        let session = waiting(&hosted, &bob, &made).await;
        let before = hosted.log(ports[1]).matches("is taken up").count();
        hosted.kill9(ports[0]);
        if restricted_first {
            name(&there, project, true, &[]).await;
        }
        within(NOISE, "the other server takes over", || async {
            (hosted.log(ports[1]).matches("is taken up").count() > before).then_some(())
        })
        .await;
        if !restricted_first {
            name(&there, project, true, &[]).await;
        }
        within(NOISE, "the waiting agent is gone", || async {
            agents(&hosted, &bobs).is_empty().then_some(())
        })
        .await;
        stopped(&hosted, &there, &session, "may not see the project").await;
        name(&there, project, false, &[]).await;
        hosted.launch(ports[0]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clone_under_way_ends_with_the_access_of_whom_it_is_made_for() {
    let server = GitServer::start().await;
    server.publish("project", &TempRepo::new());
    server.serve(Manner::Silent);
    let hosted = Hosted::start_reaching(&server.host()).await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let project = ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
    let repos = format!("/api/projects/{}/repos", id(&project));
    let added = ada.post(&repos, json!({ "url": server.url("project") })).await.expect(201);
    let clone = format!("/api/repos/{}/clone", id(&added));
    bob.post(&clone, json!({})).await.expect(202);
    // Each of them has a git of their own at work.
    let (adas, bobs) = (own_id(&ada).await, own_id(&bob).await);
    let at_work = |user: &str| {
        let git =
            hosted.processes().into_iter().filter(|process| process.command.contains(&server.url("project")));
        git.filter(|process| {
            let environment = std::fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(user)
        })
        .count()
    };
    for user in [&adas, &bobs] {
        eventually("git is at work", || async { (at_work(user) > 0).then_some(()) }).await;
    }
    name(&ada, id(&project), true, &[]).await;
    within(NOISE, "his git is gone", || async { (at_work(&bobs) == 0).then_some(()) }).await;
    assert!(at_work(&adas) > 0, "hers goes on");
    bob.get(&clone).await.refused(404, "not_found");
    name(&ada, id(&project), false, &[]).await;
    let now = bob.get(&clone).await.expect(200)["clone"].take();
    assert_eq!((&now["status"], &now["reason"]), (&json!("failed"), &json!("access_lost")), "{now}");
    assert!(text(&now, "error").contains("This project was closed to you"), "{now}");
    let log = bob.get("/api/audit?action=repo.clone_access_lost").await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
    // Nothing of it is left, and with access he begins anew.
    server.serve(Manner::Usual);
    bob.post(&clone, json!({})).await.expect(202);
    eventually("his clone is there", || async {
        (bob.get(&clone).await.expect(200)["clone"]["status"] == "ready").then_some(())
    })
    .await;
}
