//! Repositories by URL: each person has a clone of their own, got with their own token.

use std::path::PathBuf;

use serde_json::{Value, json};
use switchyard_integration::{Hosted, Method, Visitor, command, eventually, id, text};
use switchyard_testkit::git_server::{GitServer, Manner};
use switchyard_testkit::repo::TempRepo;

use super::organisations::team;

const ADAS: &str = "ghp-canary-of-ada-51c2";
const BOBS: &str = "ghp-canary-of-bob-9e07";
/// `x-access-token:` and each token, in base 64.
const BASIC: [&str; 2] = [
    "eC1hY2Nlc3MtdG9rZW46Z2hwLWNhbmFyeS1vZi1hZGEtNTFjMg==",
    "eC1hY2Nlc3MtdG9rZW46Z2hwLWNhbmFyeS1vZi1ib2ItOWUwNw==",
];

async fn keep(person: &Visitor, server: &GitServer, token: &str) {
    let path = format!("/api/git-credentials/{}", server.host());
    person.call(Method::PUT, &path, Some(json!({ "secret": token }))).await.expect(204);
}

/// The person's clone of the project's one repository, once it is no longer being made.
async fn settled(person: &Visitor, project: &Value) -> Value {
    let path = format!("/api/projects/{}/repos", id(project));
    eventually("the clone came to something", || async {
        let repo = person.get(&path).await.expect(200)["items"][0].take();
        (repo["clone"]["status"] != "cloning").then_some(repo)
    })
    .await
}

/// A workspace of the person's for the task, once it is made or failed.
async fn workspace(person: &Visitor, task: &Value, agent: Option<Value>) -> Value {
    let body = agent.map_or(json!({}), |agent| json!({ "agent": agent, "prompt": "go" }));
    let begun = person.post(&format!("/api/tasks/{}/workspaces", id(task)), body).await.expect(201);
    let path = format!("/api/workspaces/{}", id(&begun));
    eventually("the workspace came to something", || async {
        let workspace = person.get(&path).await.expect(200);
        (workspace["status"] != "creating").then_some(workspace)
    })
    .await
}

/// What processes there are, as everybody on the machine can see them, and what is in their environment.
fn processes() -> String {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let files = entries.flat_map(|entry| ["cmdline", "environ"].map(|file| entry.path().join(file)));
    files
        .filter_map(|file| std::fs::read(file).ok())
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .collect()
}

#[tokio::test]
async fn each_person_clones_with_their_own_token_and_their_work_reaches_the_remote() {
    let server = GitServer::start().await;
    let repo = TempRepo::new();
    server.publish("project", &repo);
    server.require(&BASIC);
    let hosted = Hosted::start_reaching(&server.host()).await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let project = ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
    let repos = format!("/api/projects/{}/repos", id(&project));

    // A token in the address is refused, and so is an address that leads into the operator's own network.
    let bad = json!({ "url": "https://x:ghp@github.com/a/b" });
    ada.post(&repos, bad).await.refused(422, "url_with_credentials");
    let added = ada.post(&repos, json!({ "url": server.url("project") })).await.expect(201);
    assert_eq!((&added["clone"]["status"], &added["path"]), (&json!("cloning"), &Value::Null));
    let refused = settled(&ada, &project).await;
    assert_eq!(refused["clone"]["reason"], "remote_refused", "{refused}");
    assert!(text(&refused["clone"], "error").contains(&format!("Add a token for {}", server.host())));

    keep(&ada, &server, ADAS).await;
    let clone = format!("/api/repos/{}/clone", id(&added));
    server.serve(Manner::Slow(8));
    ada.post(&clone, json!({})).await.expect(202);
    let now = eventually("the clone tells how far it is", || async {
        let state = ada.get(&clone).await.expect(200);
        (!state["progress"].is_null()).then_some(state)
    })
    .await;
    assert_eq!(now["clone"]["status"], "cloning");
    let seen = eventually("git is at work", || async {
        let seen = processes();
        seen.contains(&server.url("project")).then_some(seen)
    })
    .await;
    for canary in [ADAS, BASIC[0]] {
        assert!(!seen.contains(canary), "{canary} is seen by other processes");
    }
    server.serve(Manner::Usual);
    let there = settled(&ada, &project).await;
    assert_eq!((&there["clone"]["status"], &there["default_branch"]), (&json!("ready"), &json!("main")));

    // Bob has none of it, and his first workspace says what to do.
    let task = ada
        .post(&format!("/api/projects/{}/tasks", id(&project)), json!({ "title": "Fix it" }))
        .await
        .expect(201);
    assert_eq!(bob.get(&repos).await.expect(200)["items"][0]["clone"], Value::Null);
    let failed = workspace(&bob, &task, None).await;
    assert_eq!(failed["status"], "failed");
    assert!(text(&failed, "error").contains("Add a token"), "{failed}");
    keep(&bob, &server, BOBS).await;
    hosted.sql("UPDATE users SET email = 'bob@example.org' WHERE username = 'bob'");
    let bobs = workspace(&bob, &task, Some(command("echo bobs > work"))).await;
    assert_eq!((&bobs["status"], &bobs["base_branch"]), (&json!("ready"), &json!("main")), "{bobs}");
    let (his, hers) = (settled(&bob, &project).await, settled(&ada, &project).await);
    assert_ne!(his["path"], hers["path"]);
    assert!(server.heard().iter().any(|header| header.ends_with(BASIC[1])));

    let sessions = format!("/api/workspaces/{}/sessions", id(&bobs));
    eventually("the agent is done", || async {
        let session = bob.get(&sessions).await.expect(200)["items"][0].take();
        (session["status"] == "idle" || session["status"] == "completed" || session["status"] == "done")
            .then_some(())
    })
    .await;
    let merge = format!("/api/workspaces/{}/merge", id(&bobs));
    bob.post(&merge, json!({ "strategy": "merge" })).await.expect(200);
    // He never said who his commits are by: by him, as he is known here.
    let last = ["-c", "safe.directory=*", "log", "-1", "--format=%an <%ae>", "main"];
    assert_eq!(repo.git_in(text(&his, "path").as_ref(), last), "bob <bob@example.org>");
    let push = format!("/api/workspaces/{}/push", id(&bobs));
    ada.post(&push, json!({})).await.refused(403, "not_the_owner");
    bob.post(&push, json!({})).await.expect(200);
    assert_eq!(server.git("project", ["show", &format!("{}:work", text(&bobs, "branch"))]), "bobs");

    // What is new at the remote is where the next workspace starts.
    repo.write("theirs", "theirs");
    let theirs = repo.commit("Theirs");
    repo.git(["push", "--quiet", &server.path("project").to_string_lossy(), "main"]);
    let next = workspace(&ada, &task, None).await;
    assert_eq!(next["repos"][0]["base_commit"], theirs, "{next}");
    server.serve(Manner::Failing(503));
    let offline = workspace(&ada, &task, None).await;
    assert_eq!(offline["status"], "ready");
    assert!(text(&settled(&ada, &project).await["clone"], "error").contains("fetched before"));

    for canary in [ADAS, BOBS, BASIC[0], BASIC[1]] {
        hosted.hides("a token for git", canary);
    }
}

#[tokio::test]
async fn a_clone_is_cancelled_and_taken_up_again_by_a_server_that_was_killed() {
    let server = GitServer::start().await;
    server.publish("project", &TempRepo::new());
    let mut hosted = Hosted::start_reaching(&server.host()).await;
    let ada = hosted.person("ada").await;
    let project = ada.post("/api/projects", json!({ "name": "Mine" })).await.expect(201);
    server.serve(Manner::Silent);
    let repos = format!("/api/projects/{}/repos", id(&project));
    let added = ada.post(&repos, json!({ "url": server.url("project") })).await.expect(201);
    let clone = format!("/api/repos/{}/clone", id(&added));
    ada.delete(&clone).await.expect(200);
    assert_eq!(settled(&ada, &project).await["clone"]["reason"], "clone_cancelled");
    ada.delete(&clone).await.refused(409, "clone_not_under_way");
    let asked = server.requests();
    ada.post(&clone, json!({})).await.expect(202);
    eventually("the remote is asked", || async { (server.requests() > asked).then_some(()) }).await;
    let port = hosted.ports()[0];
    hosted.kill9(port);
    hosted.launch(port).await;
    assert_eq!(ada.get(&clone).await.expect(200)["clone"]["status"], "cloning");
    // What hangs at the silent remote is what the runner still waits for.
    server.serve(Manner::Usual);
    ada.delete(&clone).await.expect(200);
    ada.post(&clone, json!({})).await.expect(202);
    let there = settled(&ada, &project).await;
    assert_eq!(there["clone"]["status"], "ready", "{there}");
    let fresh = ada.post(&repos, json!({ "name": "fresh" })).await.expect(201);
    assert_eq!((&fresh["default_branch"], &fresh["url"]), (&json!("main"), &Value::Null));
}

/// Takes its one repository off a project.
async fn take_off(person: &Visitor, project: &Value) {
    let repo = settled(person, project).await;
    let version = repo["version"].as_i64().expect("a version");
    person.delete_seen(&format!("/api/repos/{}", id(&repo)), version).await.expect(204);
}

/// The audit log's entry about a clone, once it is there.
async fn told(person: &Visitor, action: &str) -> Value {
    eventually("it is in the audit log", || async {
        let log = person.get(&format!("/api/audit?action={action}")).await.expect(200);
        log["items"].as_array().expect("a list").first().cloned()
    })
    .await
}

#[tokio::test]
async fn clones_of_a_repo_that_is_removed_go_where_nothing_is_lost_by_it() {
    let server = GitServer::start().await;
    server.publish("project", &TempRepo::new());
    let hosted = Hosted::start_reaching(&server.host()).await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let project = ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
    let repos = format!("/api/projects/{}/repos", id(&project));
    let added = ada.post(&repos, json!({ "url": server.url("project") })).await.expect(201);
    bob.post(&format!("/api/repos/{}/clone", id(&added)), json!({})).await.expect(202);
    let path = async |person: &Visitor| PathBuf::from(text(&settled(person, &project).await, "path"));
    let (adas, bobs) = (path(&ada).await, path(&bob).await);
    assert!(adas.join(".git").is_dir() && bobs.join(".git").is_dir() && adas != bobs);
    std::fs::write(bobs.join("notes"), "his alone").expect("a file");
    take_off(&ada, &project).await;
    let removed = told(&ada, "repo.remove_clone").await;
    assert_eq!(
        (&removed["user"]["name"], &removed["details"]["url"]),
        (&json!("ada"), &json!(server.url("project")))
    );
    assert!(!adas.exists());
    let kept = told(&bob, "repo.keep_clone").await;
    assert_eq!((&kept["entity_id"], &kept["details"]["reason"]), (&added["id"], &json!("files")), "{kept}");
    assert_eq!(std::fs::read_to_string(bobs.join("notes")).expect("the file"), "his alone");

    // What a workspace in the trash is made of waits for its end.
    ada.post(&repos, json!({ "url": server.url("project") })).await.expect(201);
    let adas = path(&ada).await;
    let tasks = format!("/api/projects/{}/tasks", id(&project));
    let task = ada.post(&tasks, json!({ "title": "Fix" })).await.expect(201);
    let made = workspace(&ada, &task, None).await;
    let at = format!("/api/workspaces/{}", id(&made));
    ada.post(&format!("{at}/discard"), json!({})).await.expect(200);
    take_off(&ada, &project).await;
    ada.post(&format!("{at}/restore"), json!({})).await.expect(200);
    ada.post(&format!("{at}/discard"), json!({})).await.expect(200);
    assert!(adas.join(".git").is_dir());
    let purge = json!({ "branch": made["branch"] });
    ada.call(Method::DELETE, &at, Some(purge)).await.expect(204);
    eventually("her clone is gone", || async { (!adas.exists()).then_some(()) }).await;
}
