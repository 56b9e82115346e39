//! `kill -9` of the server at random moments under load: every acknowledged write is there, no row is torn, and an
//! agent at work notices nothing.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use switchyard_integration::{
    Client, Expect, Feed, Method, Random, acp, command, eventually, id, said, signal, text,
};

use crate::ground::{Ground, write};

const KILLS: usize = 200;
const WRITERS: usize = 4;
/// Longest that a server lives under load, in milliseconds.
const LIFE: u64 = 120;

/// A version of a task with its title.
type Known = (i64, String);

/// What a writer knows of its own tasks; nobody else writes them.
#[derive(Default)]
struct Writer {
    number: usize,
    count: usize,
    /// What was acknowledged last.
    acknowledged: HashMap<String, Known>,
    /// A change that was sent and not answered.
    unanswered: Option<(String, Known)>,
    /// A creation that was sent and not answered: its key.
    unanswered_creation: Option<String>,
}

impl Writer {
    /// Writes until the server is gone.
    async fn write(&mut self, client: &Client, project: &str, random: &mut Random) {
        loop {
            self.count += 1;
            let title = format!("{}-{}", self.number, self.count);
            let nth = usize::try_from(random.below(60)).unwrap();
            let chosen = self.acknowledged.iter().nth(nth).map(|(task, known)| (task.clone(), known.0));
            let went_well = match chosen {
                Some((task, version)) => self.change(client, task, version, title).await,
                None => self.create(client, project, title).await,
            };
            if !went_well {
                return;
            }
        }
    }

    async fn change(&mut self, client: &Client, task: String, version: i64, title: String) -> bool {
        let path = format!("/api/tasks/{task}");
        let (body, seen) = (json!({ "title": title }), format!("\"{version}\""));
        let answer = client.try_call(Method::PATCH, &path, &[("if-match", &seen)], Some(&body)).await;
        let attempt = (version + 1, title);
        let Ok(answer) = answer else {
            self.unanswered = Some((task, attempt));
            return false;
        };
        answer.expect(200);
        self.acknowledged.insert(task, attempt);
        true
    }

    /// The title is the key as well.
    async fn create(&mut self, client: &Client, project: &str, title: String) -> bool {
        let path = format!("/api/projects/{project}/tasks");
        let body = json!({ "title": title });
        match client.try_call(Method::POST, &path, &[("idempotency-key", &title)], Some(&body)).await {
            Ok(answer) => {
                self.acknowledged.insert(id(&answer.expect(201)).to_owned(), (1, title));
                true
            }
            Err(_) => {
                self.unanswered_creation = Some(title);
                false
            }
        }
    }

    /// Compares what it knows with what the server kept, and takes up what was not answered.
    async fn check(&mut self, client: &Client, project: &str, kept: &HashMap<String, Known>) {
        if let Some((task, attempt)) = self.unanswered.take()
            && kept.get(&task) == Some(&attempt)
        {
            self.acknowledged.insert(task, attempt);
        }
        for (task, known) in &self.acknowledged {
            assert_eq!(
                kept.get(task),
                Some(known),
                "an acknowledged write is lost, or one appeared that nobody made"
            );
        }
        if let Some(title) = self.unanswered_creation.take() {
            assert!(self.create(client, project, title).await, "the server is up");
        }
    }
}

async fn kept(client: &Client, project: &str) -> HashMap<String, Known> {
    let mut kept = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/api/projects/{project}/tasks?limit=1000{cursor}")).await.expect(200);
        for task in page["items"].as_array().expect("a list") {
            let known = (task["version"].as_i64().expect("a version"), text(task, "title").to_owned());
            assert!(kept.insert(id(task).to_owned(), known).is_none(), "a task is listed twice");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return kept,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_kills_under_load_lose_no_acknowledged_write_and_no_line_of_an_agent() {
    let mut random = Random::seeded();
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("Counts").await;
    let line = "i=0; while [ ! -e end ]; do echo line $i; i=$((i+1)); sleep 0.01; done; echo $i > count";
    let agent = ground.client().start_agent(&workspace, command(line), "go").await;
    let project = ground.client().project("Load").await;
    let mut writers: Vec<(Writer, Random)> = (0..WRITERS)
        .map(|number| (Writer { number, ..Writer::default() }, random.fork(number as u64)))
        .collect();
    let (begun, mut slowest) = (Instant::now(), Duration::ZERO);
    for _ in 0..KILLS {
        let running: Vec<_> = writers
            .drain(..)
            .map(|(mut writer, mut random)| {
                let (client, project) = (ground.client().clone(), project.clone());
                tokio::spawn(async move {
                    writer.write(&client, &project, &mut random).await;
                    (writer, random)
                })
            })
            .collect();
        // The moment of the kill is the point, so this is no wait for anything.
        tokio::time::sleep(Duration::from_millis(random.below(LIFE))).await;
        ground.instance.kill9();
        for writer in running {
            writers.push(writer.await.expect("a writer ends well"));
        }
        slowest = slowest.max(ground.instance.launch().await);
        let kept = kept(ground.client(), &project).await;
        for (writer, _) in &mut writers {
            writer.check(ground.client(), &project, &kept).await;
        }
    }
    let written: usize = writers.iter().map(|(writer, _)| writer.count).sum();
    eprintln!("{KILLS} kills in {:?}, {written} writes, slowest start {slowest:?}", begun.elapsed());
    every_version_has_its_event(ground.client(), &project).await;
    the_agent_noticed_nothing(&ground, &workspace, &agent).await;
    the_file_is_whole(&mut ground).await;
}

async fn every_version_has_its_event(client: &Client, project: &str) {
    let mut expected = kept(client, project)
        .await
        .into_iter()
        .map(|(task, known)| (task, known.0))
        .collect::<HashMap<_, _>>();
    let head = Feed::subscribe(client, None).await.seen;
    let mut feed = Feed::subscribe(client, Some(0)).await;
    while feed.seen < head {
        let event = feed.next().await.expect("the feed goes on");
        if let Some(left) = expected.get_mut(id(&event)) {
            *left -= 1;
        }
    }
    assert!(expected.values().all(|left| *left == 0), "as many events as versions: {expected:?}");
}

async fn the_agent_noticed_nothing(ground: &Ground, workspace: &Value, agent: &Value) {
    write(workspace, "end", "");
    let session = ground.client().wait(agent, Expect::Rest).await;
    assert_eq!(session["status"], "completed", "{session}");
    let count = std::fs::read_to_string(crate::ground::tree(workspace).join("count")).expect("its count");
    let words = said(&ground.client().transcript(agent).await);
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!(lines.len(), count.trim().parse::<usize>().expect("a number"), "every line is there");
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(*line, format!("line {number}"), "lines are lost or doubled");
    }
}

async fn the_file_is_whole(ground: &mut Ground) {
    ground.instance.kill9();
    let database =
        rusqlite::Connection::open(ground.instance.data_dir().join("switchyard.db")).expect("the database");
    let verdict: String =
        database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
    let broken: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .expect("a number");
    assert_eq!(broken, 0, "rows refer to what is not there");
}

#[tokio::test]
async fn a_server_killed_while_an_approval_waits_asks_again_and_hears_the_answer() {
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("Ask").await;
    let session = ground.client().start_agent(&workspace, acp(), "[[ask May I]] [[say thank you]]").await;
    ground.client().wait(&session, Expect::Status("waiting_approval")).await;
    ground.instance.kill9();
    ground.instance.launch().await;
    let client = ground.client();
    let approval = client.list("/api/approvals?status=pending").await.remove(0);
    client
        .post(&format!("/api/approvals/{}", id(&approval)), json!({"option_id": "allow"}))
        .await
        .expect(200);
    // The answer is acknowledged; that the agent hears it must not depend on this server living on.
    ground.instance.kill9();
    ground.instance.launch().await;
    ground.client().wait(&session, Expect::Status("idle")).await;
    assert!(said(&ground.client().transcript(&session).await).contains("thank you"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_stood_still_for_long_loses_no_line_of_its_agent_whatever_the_server_did_meanwhile() {
    /// Longer than the server waits for a runner before it says that it is away.
    const STILL: Duration = Duration::from_secs(35);
    let mut ground = Ground::new().await;
    let workspace = ground.workspace("Counts").await;
    let line = "i=0; while [ ! -e end ]; do echo line $i; i=$((i+1)); sleep 0.01; done; echo $i > count";
    let agent = ground.client().start_agent(&workspace, command(line), "go").await;
    eventually("it prints", || async {
        said(&ground.client().transcript(&agent).await).contains("line 20").then_some(())
    })
    .await;
    let runner = ground.instance.runner().expect("a runner").pid;
    signal(runner, Signal::STOP);
    ground.instance.kill9();
    ground.instance.launch().await;
    // That it lasts is the point, so this is no wait for anything.
    tokio::time::sleep(STILL).await;
    let now = ground.client().now("sessions", &agent).await;
    assert_eq!(now["status"], "running", "its agent is at work: {now}");
    signal(runner, Signal::CONT);
    the_agent_noticed_nothing(&ground, &workspace, &agent).await;
    let now = ground.client().now("sessions", &agent).await;
    assert!(now["status_detail"].is_null(), "{now}");
}
