//! Who loses access has nothing brought from a remote any more, and loses nothing else by it.

use serde_json::{Value, json};
use switchyard_integration::{Hosted, NOISE, Visitor, eventually, id, text, within};
use switchyard_testkit::git_server::{GitServer, Manner};
use switchyard_testkit::repo::TempRepo;

use super::access::name;
use super::organisations::{own_id, team};

/// A repository at a remote, in a project of Ada's that Bob sees too; a clone of it is being made for each of them.
struct Remote {
    server: GitServer,
    hosted: Hosted,
    ada: Visitor,
    bob: Visitor,
    project: String,
    clone: String,
}

impl Remote {
    async fn set_up(manner: Manner) -> Self {
        let server = GitServer::start().await;
        server.publish("project", &TempRepo::new());
        server.serve(manner);
        let hosted = Hosted::start_reaching(&server.host()).await;
        let (ada, bob, _) = team(&hosted, "member").await;
        let project = ada.post("/api/projects", json!({ "name": "Shared" })).await.expect(201);
        let project = id(&project).to_owned();
        let repos = format!("/api/projects/{project}/repos");
        let added = ada.post(&repos, json!({ "url": server.url("project") })).await.expect(201);
        let clone = format!("/api/repos/{}/clone", id(&added));
        bob.post(&clone, json!({})).await.expect(202);
        Self { server, hosted, ada, bob, project, clone }
    }

    /// How many programs of git's are at the remote for somebody.
    fn gits_of(&self, user: &str) -> usize {
        let url = self.server.url("project");
        let git = self.hosted.processes().into_iter().filter(|process| process.command.contains(&url));
        git.filter(|process| {
            let environment = std::fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(user)
        })
        .count()
    }

    async fn gits_are_at_work(&self, users: &[&str]) {
        for user in users {
            eventually("git is at work", || async { (self.gits_of(user) > 0).then_some(()) }).await;
        }
    }

    async fn is_cloned_for(&self, person: &Visitor) {
        eventually("the clone is there", || async {
            let now = person.get(&self.clone).await.expect(200);
            (now["clone"]["status"] == "ready").then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fetch_under_way_ends_with_the_access_of_whom_it_is_made_for() {
    let remote = Remote::set_up(Manner::Usual).await;
    let Remote { server, ada, bob, project, clone, .. } = &remote;
    remote.is_cloned_for(ada).await;
    remote.is_cloned_for(bob).await;
    let tasks = format!("/api/projects/{project}/tasks");
    let task = ada.post(&tasks, json!({ "title": "Fix it" })).await.expect(201);
    let mine = format!("/api/tasks/{}/workspaces", id(&task));
    // Each begins a workspace, for which what is new is fetched first.
    server.serve(Manner::Silent);
    let (adas, bobs) = (own_id(ada).await, own_id(bob).await);
    for person in [ada, bob] {
        let (person, path) = (person.clone(), mine.clone());
        tokio::spawn(async move { person.post(&path, json!({})).await });
    }
    remote.gits_are_at_work(&[&adas, &bobs]).await;
    name(ada, project, true, &[]).await;
    within(NOISE, "his git is gone", || async { (remote.gits_of(&bobs) == 0).then_some(()) }).await;
    assert!(remote.gits_of(&adas) > 0, "hers goes on");
    let of_bob = async || {
        let all = ada.get(&mine).await.expect(200)["items"].take();
        let all = all.as_array().expect("a list").clone();
        all.into_iter().find(|each| each["created_by"] == bobs.as_str()).expect("his workspace")
    };
    let failed = eventually("his workspace says why", || async {
        let now = of_bob().await;
        (now["status"] == "failed").then_some(now)
    })
    .await;
    assert!(text(&failed, "error").contains("This project was closed to you"), "{failed}");
    // His clone is as it was, and with access he goes on from it.
    name(ada, project, false, &[]).await;
    let now = bob.get(clone).await.expect(200)["clone"].take();
    assert_eq!(now["status"], "ready", "{now}");
    assert!(text(&now, "error").contains("so fetching was stopped"), "{now}");
    let log = bob.get("/api/audit?action=repo.clone_access_lost").await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
    server.serve(Manner::Usual);
    let made = bob.post(&mine, json!({})).await.expect(201);
    assert_eq!(made["status"], "ready", "{made}");
    let now = bob.get(clone).await.expect(200)["clone"].take();
    assert_eq!((&now["status"], &now["error"]), (&json!("ready"), &Value::Null), "{now}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clone_under_way_ends_with_the_access_of_whom_it_is_made_for() {
    let remote = Remote::set_up(Manner::Silent).await;
    let Remote { server, ada, bob, project, clone, .. } = &remote;
    // Each of them has a git of their own at work.
    let (adas, bobs) = (own_id(ada).await, own_id(bob).await);
    remote.gits_are_at_work(&[&adas, &bobs]).await;
    name(ada, project, true, &[]).await;
    within(NOISE, "his git is gone", || async { (remote.gits_of(&bobs) == 0).then_some(()) }).await;
    assert!(remote.gits_of(&adas) > 0, "hers goes on");
    bob.get(clone).await.refused(404, "not_found");
    name(ada, project, false, &[]).await;
    let now = bob.get(clone).await.expect(200)["clone"].take();
    assert_eq!((&now["status"], &now["reason"]), (&json!("failed"), &json!("access_lost")), "{now}");
    assert!(text(&now, "error").contains("This project was closed to you"), "{now}");
    let log = bob.get("/api/audit?action=repo.clone_access_lost").await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "{log}");
    // Nothing of it is left, and with access he begins anew.
    server.serve(Manner::Usual);
    bob.post(clone, json!({})).await.expect(202);
    remote.is_cloned_for(bob).await;
}
