//! Projects for some: who is not named finds nothing, who is named does what their role allows.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchyard_integration::{Hosted, Method, Socket, Visitor, id, text};
use uuid::Uuid;

use super::organisations::{join, own_id, team};

/// Says who may see a project.
pub(super) async fn name(
    admin: &Visitor,
    project: &str,
    restricted: bool,
    entries: &[(&str, &str, &str)],
) -> Value {
    let path = format!("/api/projects/{project}/access");
    let version = admin.get(&path).await.expect(200)["version"].clone();
    let entries: Vec<Value> = entries
        .iter()
        .map(|(kind, id, role)| json!({ "subject": { "kind": kind, "id": id }, "role": role }))
        .collect();
    let body = json!({ "version": version, "restricted": restricted, "entries": entries });
    admin.call(Method::PUT, &path, Some(body)).await.expect(200)
}

/// A stream of somebody's who shows a key, since a browser's cookie is for our own page alone.
async fn stream(hosted: &Hosted, key: &str, path: &str) -> Result<Socket, u16> {
    let client = switchyard_integration::Client::new(hosted.ports()[0], "");
    let (visitor, bearer) = (hosted.stranger(), format!("Bearer {key}"));
    Socket::try_open(&client, path, &[("host", visitor.host()), ("authorization", &bearer)]).await
}

#[tokio::test]
async fn a_restricted_board_is_gone_for_who_is_not_named_and_comes_back_for_who_is() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let bobs = own_id(&bob).await;
    let project = ada.post("/api/projects", json!({ "name": "Payroll" })).await.expect(201);
    assert_eq!((&project["restricted"], &project["my_role"]), (&json!(false), &json!("admin")));
    let project = id(&project);
    let tasks = format!("/api/projects/{project}/tasks");
    let task = ada.post(&tasks, json!({ "title": "Raise" })).await.expect(201);
    let task = format!("/api/tasks/{}", id(&task));
    let key = bob.post("/api/keys", json!({ "name": "feed", "role": "member" })).await.expect(201);
    let mut feed = stream(&hosted, text(&key, "key"), "/api/events").await.expect("a stream");
    feed.send(json!({ "since": null })).await;
    feed.next().await.expect("where the feed stands");
    let access = name(&ada, project, true, &[]).await;
    assert_eq!(
        (access["restricted"].clone(), access["entries"][0]["role"].clone()),
        (json!(true), json!("admin"))
    );
    // His screen is told to forget what it has, and hears no more of it.
    assert_eq!(feed.next().await.expect("a frame")["reset"], true);
    ada.post(&tasks, json!({ "title": "Bonus" })).await.expect(201);
    assert_eq!(feed.next_within(Duration::from_millis(300)).await, None);
    assert_eq!(bob.get("/api/projects").await.expect(200)["items"], json!([]));
    for path in
        [&format!("/api/projects/{project}"), &format!("/api/projects/{project}/access"), &tasks, &task]
    {
        bob.get(path).await.refused(404, "not_found");
    }
    bob.post(&tasks, json!({ "title": "Mine" })).await.refused(404, "not_found");
    // Then he may look, and then he may work.
    name(&ada, project, true, &[("user", &bobs, "viewer")]).await;
    assert_eq!(feed.next().await.expect("a frame")["reset"], true);
    let seen = bob.get(&format!("/api/projects/{project}")).await.expect(200);
    assert_eq!((&seen["restricted"], &seen["my_role"]), (&json!(true), &json!("viewer")));
    bob.post(&tasks, json!({ "title": "Mine" })).await.refused(403, "project_role_insufficient");
    bob.patch(&task, 1, json!({ "title": "Mine" })).await.refused(403, "project_role_insufficient");
    name(&ada, project, true, &[("user", &bobs, "editor")]).await;
    bob.post(&tasks, json!({ "title": "Mine" })).await.expect(201);
    let settings = bob.patch(&format!("/api/projects/{project}"), 4, json!({ "name": "Mine" })).await;
    settings.refused(403, "project_role_insufficient");
    let body = json!({ "version": 4, "restricted": false, "entries": [] });
    let opened = bob.call(Method::PUT, &format!("/api/projects/{project}/access"), Some(body)).await;
    opened.refused(403, "project_role_insufficient");
    let log = ada.get("/api/audit?action=access.update").await.expect(200);
    assert_eq!(log["items"].as_array().map(Vec::len), Some(3), "{log}");
}

#[tokio::test]
async fn a_group_lets_its_people_in_and_its_end_shuts_them_out() {
    let hosted = Hosted::start().await;
    let (ada, bob, _) = team(&hosted, "member").await;
    let bobs = own_id(&bob).await;
    let project = ada.post("/api/projects", json!({ "name": "Payroll" })).await.expect(201);
    let board = format!("/api/projects/{}", id(&project));
    bob.post("/api/groups", json!({ "name": "His" })).await.refused(403, "role_insufficient");
    let group = ada.post("/api/groups", json!({ "name": "Finance" })).await.expect(201);
    ada.post("/api/groups", json!({ "name": "finance" })).await.refused(409, "group_exists");
    let path = format!("/api/groups/{}", id(&group));
    name(&ada, id(&project), true, &[("group", id(&group), "editor")]).await;
    bob.get(&board).await.refused(404, "not_found");
    let member = format!("{path}/members/{bobs}");
    let filled = ada.call(Method::PUT, &member, None).await.expect(200);
    assert_eq!(filled["member_count"], 1);
    assert_eq!(bob.get(&board).await.expect(200)["my_role"], "editor");
    let members = bob.get(&format!("{path}/members")).await.expect(200);
    assert_eq!(members["items"][0]["name"], "bob");
    assert_eq!(ada.patch(&path, 2, json!({ "name": "Money" })).await.expect(200)["name"], "Money");
    ada.delete(&path).await.expect(204);
    bob.get(&board).await.refused(404, "not_found");
    assert_eq!(
        ada.get(&format!("{board}/access")).await.expect(200)["entries"].as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn a_key_for_one_project_reaches_that_one_alone() {
    let hosted = Hosted::start().await;
    let (ada, ..) = team(&hosted, "member").await;
    let (shop, mill) = (
        ada.post("/api/projects", json!({ "name": "Shop" })).await.expect(201),
        ada.post("/api/projects", json!({ "name": "Mill" })).await.expect(201),
    );
    let key = ada.post("/api/keys", json!({ "name": "robot", "role": "admin" })).await.expect(201);
    name(&ada, id(&shop), false, &[("api_key", id(&key), "editor")]).await;
    assert_eq!(ada.get("/api/keys").await.expect(200)["items"][0]["for_projects"], true);
    let robot = hosted.stranger().bearing(text(&key, "key"));
    let seen = robot.get("/api/projects").await.expect(200);
    assert_eq!(seen["items"].as_array().map(Vec::len), Some(1));
    assert_eq!((&seen["items"][0]["name"], &seen["items"][0]["my_role"]), (&json!("Shop"), &json!("editor")));
    let there = format!("/api/projects/{}/tasks", id(&mill));
    let missing = format!("/api/projects/{}/tasks", Uuid::now_v7());
    assert_eq!(robot.get(&there).await.status, robot.get(&missing).await.status);
    robot.post(&there, json!({ "title": "No" })).await.refused(404, "not_found");
    robot.post(&format!("/api/projects/{}/tasks", id(&shop)), json!({ "title": "Yes" })).await.expect(201);
    robot.post("/api/projects", json!({ "name": "More" })).await.refused(403, "key_for_projects");
    let body = json!({ "version": 2, "restricted": false, "entries": [] });
    let opened = robot.call(Method::PUT, &format!("/api/projects/{}/access", id(&shop)), Some(body)).await;
    opened.refused(403, "project_role_insufficient");
    // Nor does it get elsewhere by what its maker may do: by people, by other keys, by what is its maker's own.
    let other = ada.post("/api/keys", json!({ "name": "other", "role": "admin" })).await.expect(201);
    robot.post("/api/invitations", json!({ "role": "admin" })).await.refused(403, "role_insufficient");
    robot.post("/api/groups", json!({ "name": "us" })).await.refused(403, "role_insufficient");
    robot.delete(&format!("/api/keys/{}", id(&other))).await.refused(404, "not_found");
    robot.delete(&format!("/api/members/{}", own_id(&ada).await)).await.refused(403, "person_required");
    let token = Some(json!({ "username": "x", "secret": "y" }));
    let git = robot.call(Method::PUT, "/api/git-credentials/github.com", token).await;
    git.refused(403, "key_for_projects");
    let value = Some(json!({ "value": "theirs" }));
    let agents = robot.call(Method::PUT, "/api/credentials/ANTHROPIC_API_KEY", value).await;
    agents.refused(403, "key_for_projects");
}

#[tokio::test]
async fn a_transcript_that_is_open_ends_within_a_second_of_its_project_being_closed() {
    let hosted = Hosted::start().await;
    let (ada, bob, organisation) = team(&hosted, "member").await;
    let (org, bobs) = (id(&organisation), own_id(&bob).await);
    let project = ada.post("/api/projects", json!({ "name": "Payroll" })).await.expect(201);
    let task = ada
        .post(&format!("/api/projects/{}/tasks", id(&project)), json!({ "title": "Raise" }))
        .await
        .expect(201);
    let (workspace, session) = (Uuid::now_v7(), Uuid::now_v7());
    let (project, task) = (id(&project), id(&task));
    hosted.sql(&format!(
        "INSERT INTO workspaces (id, org_id, user_id, project_id, task_id, branch, base_branch, status, repos,
                                 created_at, updated_at, version)
         VALUES ('{workspace}', '{org}', '{bobs}', '{project}', '{task}', 'b', 'main', 'ready', '[]', now(), now(), 1);
         INSERT INTO sessions (id, org_id, user_id, project_id, task_id, workspace_id, agent, title, status, created_at,
                               updated_at, version)
         VALUES ('{session}', '{org}', '{bobs}', '{project}', '{task}', '{workspace}', '{{\"id\":\"gemini\"}}', 't', 'idle',
                 now(), now(), 1)"
    ));
    let key = bob.post("/api/keys", json!({ "name": "his", "role": "member" })).await.expect(201);
    let path = format!("/api/sessions/{session}/stream");
    let open = stream(&hosted, text(&key, "key"), &path).await.expect("a stream");
    let begun = Instant::now();
    name(&ada, project, true, &[]).await;
    open.closed().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(stream(&hosted, text(&key, "key"), &path).await.err(), Some(404));
    bob.get(&format!("/api/sessions/{session}")).await.refused(404, "not_found");
    bob.get(&format!("/api/workspaces/{workspace}")).await.refused(404, "not_found");
}

#[tokio::test]
async fn the_trusted_proxy_says_who_is_in_which_group() {
    let hosted = Hosted::start_with(1, &[("TRUSTED_PROXY_CIDRS", "127.0.0.1/32")]).await;
    let ada = hosted.person("ada").await;
    let team = ada.post("/api/organisations", json!({ "name": "Mill" })).await.expect(201);
    ada.post("/api/auth/organisation", json!({ "org_id": id(&team) })).await.expect(200);
    let host = hosted.stranger().host().to_owned();
    let origin = format!("http://{host}");
    let proxied = async |method: Method, path: &str, groups: &str, body: Option<Value>| {
        let mut headers = vec![("host", host.as_str()), ("origin", &origin), ("x-forwarded-user", "carl")];
        headers.extend((!groups.is_empty()).then_some(("x-forwarded-groups", groups)));
        hosted.stranger().send(method, path, &headers, body).await
    };
    let invitation = ada.post("/api/invitations", json!({ "role": "member" })).await.expect(201);
    let secret = text(&invitation, "url").split_once('#').expect("a secret").1;
    let accept = Some(json!({ "secret": secret }));
    proxied(Method::POST, "/api/invitations/accept", "finance", accept).await.expect(200);
    proxied(Method::GET, "/api/auth/me", "finance, ops", None).await.expect(200);
    let told = async || {
        let groups = ada.get("/api/groups").await.expect(200);
        let groups = groups["items"].as_array().expect("a list").clone();
        assert!(groups.iter().all(|group| group["source"] == "proxy"));
        groups
            .iter()
            .map(|group| (text(group, "name").to_owned(), group["member_count"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(told().await, [("finance".to_owned(), json!(1)), ("ops".to_owned(), json!(1))]);
    proxied(Method::GET, "/api/auth/me", "ops", None).await.expect(200);
    assert_eq!(told().await, [("finance".to_owned(), json!(0)), ("ops".to_owned(), json!(1))]);
    // A stream that was opened with other groups does not bring them back.
    proxied(Method::GET, "/api/auth/me", "finance", None).await.expect(200);
    let shown = [("host", host.as_str()), ("x-forwarded-user", "carl"), ("x-forwarded-groups", "finance")];
    let client = switchyard_integration::Client::new(hosted.ports()[0], "");
    let feed = Socket::try_open(&client, "/api/events", &shown).await.expect("a stream");
    proxied(Method::GET, "/api/auth/me", "ops", None).await.expect(200);
    tokio::time::sleep(Duration::from_millis(1800)).await;
    assert_eq!(told().await, [("finance".to_owned(), json!(0)), ("ops".to_owned(), json!(1))]);
    drop(feed);
    // Who merely says so is in none: her cookie is what she is known by.
    let eve = hosted.person("eve").await;
    join(&ada, &eve, "member").await;
    let mut headers =
        vec![("host", host.as_str()), ("origin", origin.as_str()), ("x-forwarded-groups", "finance")];
    headers.extend(eve.credential());
    eve.send(Method::GET, "/api/auth/me", &headers, None).await.expect(200);
    assert_eq!(told().await, [("finance".to_owned(), json!(0)), ("ops".to_owned(), json!(1))]);
}

#[tokio::test]
async fn who_is_known_by_a_proxy_acts_where_they_choose_and_their_groups_open_projects_there() {
    let hosted = Hosted::start_with(1, &[("TRUSTED_PROXY_CIDRS", "127.0.0.1/32")]).await;
    let (ada, ..) = team(&hosted, "member").await;
    let host = hosted.stranger().host().to_owned();
    let origin = format!("http://{host}");
    let carl = async |method: Method, path: &str, (groups, cookie): (&str, &str), body: Option<Value>| {
        let mut headers = vec![("host", host.as_str()), ("origin", &origin), ("x-forwarded-user", "carl")];
        headers.extend((!groups.is_empty()).then_some(("x-forwarded-groups", groups)));
        headers.extend((!cookie.is_empty()).then_some(("cookie", cookie)));
        hosted.stranger().send(method, path, &headers, body).await
    };
    let cookie_of = |set: &str| set.split(';').next().unwrap_or_default().to_owned();
    let own = carl(Method::GET, "/api/auth/me", ("", ""), None).await.expect(200)["organisation"].clone();
    let invitation = ada.post("/api/invitations", json!({ "role": "member" })).await.expect(201);
    let secret = text(&invitation, "url").split_once('#').expect("a secret").1;
    let accept = Some(json!({ "secret": secret }));
    let accepted = carl(Method::POST, "/api/invitations/accept", ("finance", ""), accept).await;
    let there = cookie_of(accepted.header("set-cookie"));
    accepted.expect(200);
    carl(Method::GET, "/api/auth/me", ("finance", &there), None).await.expect(200);
    let payroll = ada.post("/api/projects", json!({ "name": "Payroll" })).await.expect(201);
    let groups = ada.get("/api/groups").await.expect(200);
    name(&ada, id(&payroll), true, &[("group", id(&groups["items"][0]), "viewer")]).await;
    let seen = async |shown: (&str, &str)| {
        let listed = carl(Method::GET, "/api/projects", shown, None).await.expect(200);
        listed["items"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(seen(("finance", &there)).await, 1);
    // The proxy takes him out of the group with the next request; without the cookie he is at home.
    assert_eq!(seen(("ops", &there)).await, 0);
    assert_eq!(seen(("finance", "")).await, 0);
    let home = carl(
        Method::POST,
        "/api/auth/organisation",
        ("finance", &there),
        Some(json!({ "org_id": own["id"] })),
    )
    .await;
    let back = cookie_of(home.header("set-cookie"));
    assert_eq!(home.expect(200)["organisation"]["id"], own["id"]);
    assert_eq!(seen(("finance", &back)).await, 0);
    // A place that is not his is no place to go to, whatever the cookie says.
    let eve = hosted.person("eve").await;
    let hers = eve.get("/api/auth/me").await.expect(200)["organisation"]["id"].clone();
    let wish = Some(json!({ "org_id": hers }));
    carl(Method::POST, "/api/auth/organisation", ("", ""), wish).await.refused(404, "not_found");
    let forged = format!("__Host-switchyard-organisation={}", hers.as_str().unwrap_or_default());
    let me = carl(Method::GET, "/api/auth/me", ("", &forged), None).await.expect(200);
    assert_eq!(me["organisation"]["id"], own["id"]);
    ada.delete(&format!("/api/members/{}", id(&me["user"]))).await.expect(204);
    let me = carl(Method::GET, "/api/auth/me", ("", &there), None).await.expect(200);
    assert_eq!(me["organisation"]["id"], own["id"]);
}
