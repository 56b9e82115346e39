//! Two servers share the work: each session is driven by one of them, reached through either, and survives the one.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use serde_json::{Value, json};
use switchyard_integration::{Hosted, NOISE, Socket, Visitor, command, eventually, id, signal, text, within};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::organisations::own_id;

/// A workspace of somebody's, on a repository in their own folder.
pub(crate) async fn workspace(hosted: &Hosted, visitor: &Visitor) -> Value {
    // Whoever calls their runner has a folder.
    visitor.get("/api/agents").await.expect(200);
    let repo = hosted.repository(&own_id(visitor).await);
    let project = visitor.post("/api/projects", json!({ "name": "Mill" })).await.expect(201);
    let project = format!("/api/projects/{}", id(&project));
    visitor.post(&format!("{project}/repos"), json!({ "path": repo })).await.expect(201);
    let task = visitor.post(&format!("{project}/tasks"), json!({ "title": "Grind" })).await.expect(201);
    let made = visitor.post(&format!("/api/tasks/{}/workspaces", id(&task)), json!({})).await.expect(201);
    assert_eq!(made["status"], "ready", "{made}");
    made
}

/// A session of an agent that says a number and the time, again and again.
async fn counting(visitor: &Visitor, workspace: &Value, to: u32) -> Value {
    let line =
        format!("i=0; while [ $i -lt {to} ]; do i=$((i+1)); echo \"$i $(date +%s%N)\"; sleep 0.05; done");
    start(visitor, workspace, &line).await
}

async fn start(visitor: &Visitor, workspace: &Value, line: &str) -> Value {
    let path = format!("/api/workspaces/{}/sessions", id(workspace));
    visitor.post(&path, json!({ "agent": command(line), "prompt": "Go" })).await.expect(201)
}

/// Somebody who reads a transcript as it grows.
struct Reader {
    socket: Socket,
    seen: u64,
    said: String,
    /// How long each entry took from when it was said.
    late: Vec<Duration>,
}

impl Reader {
    async fn of(visitor: &Visitor, session: &Value) -> Self {
        let socket = visitor.open(&format!("/api/sessions/{}/stream?after=0", id(session))).await;
        Self { socket, seen: 0, said: String::new(), late: Vec::new() }
    }

    /// Reads until so many numbers were said, and looks that nothing is missing or doubled.
    async fn read_to(&mut self, number: u32) {
        while self.numbers().last().is_none_or(|last| *last < number) {
            let frame = self.socket.next().await.expect("the stream goes on");
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time");
            for entry in frame["entries"].as_array().expect("entries") {
                self.seen += 1;
                assert_eq!(entry["seq"], self.seen, "an entry is lost or doubled: {entry}");
                if entry["kind"] == "agent_message" {
                    let said = text(entry, "text");
                    self.said.push_str(said);
                    let at = said.lines().last().and_then(|line| line.split_once(' ')?.1.parse().ok());
                    self.late.extend(at.map(|at| now.saturating_sub(Duration::from_nanos(at))));
                }
            }
        }
        let expected: Vec<u32> = (1..=self.numbers().len() as u32).collect();
        assert_eq!(self.numbers(), expected);
    }

    /// How long all but a twentieth of the entries took at most.
    fn p95(&mut self) -> Duration {
        self.late.sort();
        self.late[self.late.len() * 95 / 100]
    }

    /// The numbers that were said, those whose line is whole.
    fn numbers(&self) -> Vec<u32> {
        let whole = self.said.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
    }
}

/// Two servers: at the first Ada has begun a session that counts, at the second it is read.
struct Counting {
    hosted: Hosted,
    ports: Vec<u16>,
    ada: Visitor,
    there: Visitor,
    workspace: Value,
    session: Value,
    reader: Reader,
}

impl Counting {
    async fn to(number: u32) -> Self {
        let hosted = Hosted::start_with(2, &[]).await;
        let ports = hosted.ports();
        let ada = hosted.person("ada").await;
        let there = ada.at(ports[1]);
        let workspace = workspace(&hosted, &ada).await;
        let session = counting(&ada, &workspace, number).await;
        let reader = Reader::of(&there, &session).await;
        Self { hosted, ports, ada, there, workspace, session, reader }
    }
}

async fn status(visitor: &Visitor, session: &Value) -> String {
    let now = visitor.get(&format!("/api/sessions/{}", id(session))).await.expect(200);
    text(&now, "status").to_owned()
}

pub(crate) async fn wait_for(visitor: &Visitor, session: &Value, wanted: &str) {
    let what = format!("the session is {wanted}");
    eventually(&what, || async { (status(visitor, session).await == wanted).then_some(()) }).await;
}

#[allow(clippy::print_stderr, reason = "the figures are what somebody asks for")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_at_the_other_server_when_the_one_that_drives_it_dies() {
    const NUMBERS: u32 = 240;
    let Counting { mut hosted, ports, ada, there, session, mut reader, .. } = Counting::to(NUMBERS).await;
    let mut beside = Reader::of(&ada, &session).await;
    tokio::join!(reader.read_to(40), beside.read_to(40));
    let (p95, own) = (reader.p95(), beside.p95());
    hosted.kill9(ports[0]);
    let killed = Instant::now();
    reader.read_to(*reader.numbers().last().expect("numbers") + 1).await;
    eprintln!(
        "a line at the other server: p95 {p95:?}, at its own {own:?}; its work taken over after {:?}",
        killed.elapsed()
    );
    reader.read_to(NUMBERS).await;
    wait_for(&there, &session, "completed").await;
    // Far beyond what is aimed at, 100 ms: this says that nothing waits for a timer.
    assert!(p95 < Duration::from_secs(2), "{p95:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_at_the_other_server_when_the_one_that_drives_it_ends_properly() {
    const NUMBERS: u32 = 200;
    let Counting { hosted, ports, there, session, mut reader, .. } = Counting::to(NUMBERS).await;
    reader.read_to(20).await;
    signal(hosted.pid(ports[0]), Signal::TERM);
    reader.read_to(NUMBERS).await;
    wait_for(&there, &session, "completed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_no_server_can_reach_for_long_goes_on_when_its_runner_answers_again() {
    let Counting { mut hosted, ports, there, session, mut reader, .. } = Counting::to(2_000).await;
    reader.read_to(20).await;
    // Nobody says where the runner is to the server that takes over.
    hosted.kill9_host();
    hosted.kill9(ports[0]);
    let path = format!("/api/sessions/{}", id(&session));
    within(3 * NOISE, "the session says that its runner does not answer", || async {
        let now = there.get(&path).await.expect(200);
        assert_eq!(now["status"], "running", "its agent is at work: {now}");
        now["status_detail"].as_str().is_some_and(|told| told.contains("does not answer")).then_some(())
    })
    .await;
    hosted.launch_host();
    reader.read_to(400).await;
    eventually("it says nothing of it any more", || async {
        there.get(&path).await.expect(200)["status_detail"].is_null().then_some(())
    })
    .await;
    assert_eq!(status(&there, &session).await, "running");
    there.post(&format!("{path}/stop"), json!({})).await.expect(202);
    wait_for(&there, &session, "stopped").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_at_the_server_that_does_not_drive_a_session_reaches_its_agent() {
    let hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let ada = hosted.person("ada").await;
    let there = ada.at(ports[1]);
    let workspace = workspace(&hosted, &ada).await;
    let session = start(&ada, &workspace, "cat; sleep 1").await;
    wait_for(&there, &session, "running").await;
    let path = format!("/api/sessions/{}", id(&session));
    there.post(&format!("{path}/messages"), json!({ "text": "and more" })).await.expect(202);
    let entries = eventually("the message is in the transcript", || async {
        let page = there.get(&format!("{path}/entries?after=0")).await.expect(200);
        let entries = page["items"].as_array().expect("a list").clone();
        let said: Vec<String> = entries
            .iter()
            .filter(|entry| entry["kind"] == "user_message")
            .map(|entry| text(entry, "text").to_owned())
            .collect();
        (said.len() > 1).then_some(said)
    })
    .await;
    assert_eq!(entries, ["Go", "and more"], "delivered once");
    wait_for(&there, &session, "completed").await;
    // One that runs is stopped through either.
    let session = start(&ada, &workspace, "sleep 600").await;
    wait_for(&there, &session, "running").await;
    there.post(&format!("/api/sessions/{}/stop", id(&session)), json!({})).await.expect(202);
    wait_for(&ada, &session, "stopped").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stood_still_changes_nothing_of_what_another_took_over() {
    const NUMBERS: u32 = 200;
    let Counting { hosted, ports, ada, there, workspace, session, mut reader } = Counting::to(NUMBERS).await;
    reader.read_to(20).await;
    signal(hosted.pid(ports[0]), Signal::STOP);
    reader.read_to(NUMBERS).await;
    wait_for(&there, &session, "completed").await;
    let before = there.get(&format!("/api/sessions/{}", id(&session))).await.expect(200);
    signal(hosted.pid(ports[0]), Signal::CONT);
    within(NOISE, "it knows that its work is another's", || async {
        hosted.log(ports[0]).contains("others took over").then_some(())
    })
    .await;
    // It serves as before, and drives what comes.
    let next = start(&ada, &workspace, "echo again").await;
    wait_for(&ada, &next, "completed").await;
    let after = there.get(&format!("/api/sessions/{}", id(&session))).await.expect(200);
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_clock_is_ahead_keeps_loses_and_takes_over_work_like_any_other() {
    beside_a_right_clock(7 * 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_clock_is_behind_keeps_loses_and_takes_over_work_like_any_other() {
    beside_a_right_clock(-7 * 60).await;
}

/// Leases run by the database's clock: neither does the wrong server take the right one's for over, or its own for good,
/// nor the other way round.
async fn beside_a_right_clock(ahead: i64) {
    const NUMBERS: u32 = 400;
    let mut hosted = Hosted::start_with(2, &[]).await;
    let [right, wrong] = hosted.ports()[..] else { panic!("two servers") };
    hosted.kill9(wrong);
    hosted.launch_with_clock(wrong, ahead).await;
    // One of them forgets the one that was killed.
    within(NOISE, "its lease has run out", || async {
        (takeovers(&hosted, right) + takeovers(&hosted, wrong) == 1).then_some(())
    })
    .await;
    let ada = hosted.person("ada").await;
    let there = ada.at(wrong);
    let [one, another] = [workspace(&hosted, &ada).await, workspace(&hosted, &ada).await];
    let session = counting(&there, &one, NUMBERS).await;
    let apart = seconds_between(&one, &session);
    assert!((apart - ahead).abs() < 60, "its clock is {apart} s ahead");

    // It keeps what it drives for longer than a lease runs, and its neighbour its own.
    let own = counting(&ada, &another, NUMBERS).await;
    let (mut reader, mut beside) = (Reader::of(&ada, &session).await, Reader::of(&there, &own).await);
    tokio::join!(reader.read_to(130), beside.read_to(130));
    let before = takeovers(&hosted, right);
    assert_eq!(before + takeovers(&hosted, wrong), 1, "{}{}", hosted.log(right), hosted.log(wrong));
    for port in [right, wrong] {
        assert!(!hosted.log(port).contains("others took over"), "{}", hosted.log(port));
    }
    // It loses it when it stands still, and changes nothing late.
    signal(hosted.pid(wrong), Signal::STOP);
    within(NOISE, "its work is taken up", || async { (takeovers(&hosted, right) > before).then_some(()) })
        .await;
    let after = reader.numbers().len() as u32 + 20;
    reader.read_to(after).await;
    signal(hosted.pid(wrong), Signal::CONT);
    within(NOISE, "it knows that its work is another's", || async {
        hosted.log(wrong).contains("others took over").then_some(())
    })
    .await;
    // It takes over what another leaves behind.
    let mut reader = Reader::of(&there, &session).await;
    hosted.kill9(right);
    tokio::join!(reader.read_to(NUMBERS), beside.read_to(NUMBERS));
    for session in [&session, &own] {
        wait_for(&there, session, "completed").await;
    }
}

/// How often a server took up what another one left.
fn takeovers(hosted: &Hosted, port: u16) -> usize {
    hosted.log(port).matches("is taken up").count()
}

/// How much later one thing was made than another, by what is written at them.
fn seconds_between(one: &Value, other: &Value) -> i64 {
    let [one, other] = [one, other].map(|made| {
        let at = OffsetDateTime::parse(text(made, "created_at"), &Rfc3339).expect("a time");
        at.unix_timestamp()
    });
    other - one
}
