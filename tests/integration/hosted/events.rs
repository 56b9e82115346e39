//! The change feed of two organisations at two servers: everybody hears all that is theirs, in order, and nothing else.

use std::time::{Duration, Instant};

use serde_json::json;
use switchyard_integration::{Hosted, NOISE, Socket, Visitor, id};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::organisations::{join, own_id};

/// Events in all; `SWITCHYARD_TEST_EVENTS` sets another number.
const EVENTS: i64 = 6_000;
/// Events of one transaction.
const TOGETHER: i64 = 100;

const ENTITIES: [&str; 14] = [
    "project",
    "repo",
    "task",
    "workspace",
    "session",
    "message",
    "approval",
    "comment",
    "terminal",
    "config",
    "organisation",
    "member",
    "invitation",
    "api_key",
];
const VERBS: [&str; 3] = ["created", "updated", "deleted"];

/// What event `number` of an organisation is about: mostly tasks, and everything else with every verb.
fn kind(number: i64) -> (&'static str, &'static str) {
    let pick =
        |list: &[&'static str], number: i64| list[usize::try_from(number).expect("small") % list.len()];
    match number % 5 {
        0 => (pick(&ENTITIES, number / 5), pick(&VERBS, number / 70)),
        _ => ("task", pick(&VERBS, number)),
    }
}

/// The id in event `number` of organisation `which`, unless it is about a configuration, which has its user's.
fn subject(which: usize, number: i64) -> String {
    format!("0000000{which}-0000-7000-8000-{number:012x}")
}

/// An organisation with people in every role.
struct Team {
    which: usize,
    org: String,
    people: Vec<Person>,
    /// Number of the last event before the test's own.
    base: i64,
    /// After which of the test's own somebody was taken out, and how many events that made.
    taken_out: Option<(i64, i64)>,
}

struct Person {
    visitor: Visitor,
    user: String,
}

impl Team {
    async fn new(hosted: &Hosted, which: usize) -> Self {
        let admin = hosted.person(&format!("admin{which}")).await;
        let made =
            admin.post("/api/organisations", json!({ "name": format!("Team {which}") })).await.expect(201);
        let org = id(&made).to_owned();
        admin.post("/api/auth/organisation", json!({ "org_id": org })).await.expect(200);
        let mut people = vec![Person { user: own_id(&admin).await, visitor: admin }];
        for (name, role) in [("member", "member"), ("viewer", "viewer"), ("leaver", "member")] {
            let visitor = hosted.person(&format!("{name}{which}")).await;
            join(&people[0].visitor, &visitor, role).await;
            people.push(Person { user: own_id(&visitor).await, visitor });
        }
        let base = subscribed(&people[0].visitor).await.1;
        Self { which, org, people, base, taken_out: None }
    }

    /// Takes out the one who leaves, after event `last`, and answers when.
    async fn take_out(&mut self, last: i64) -> Instant {
        let leaver = format!("/api/members/{}", self.people[3].user);
        self.people[0].visitor.delete(&leaver).await.expect(204);
        let at = Instant::now();
        let head = subscribed(&self.people[0].visitor).await.1;
        self.taken_out = Some((last, head - self.base - last));
        at
    }

    /// The number that the test's event `number` has in the feed.
    fn seq(&self, number: i64) -> i64 {
        let shift = self.taken_out.map_or(0, |(last, made)| if number > last { made } else { 0 });
        self.base + number + shift
    }

    /// What was heard of the test's own events.
    fn own(&self, mut heard: Vec<(i64, String)>) -> Vec<(i64, String)> {
        if let Some((last, made)) = self.taken_out {
            heard.retain(|(seq, _)| *seq <= self.base + last || *seq > self.base + last + made);
        }
        heard
    }

    /// The statement that appends events as the store does.
    fn append(&self, from: i64, number: i64) -> String {
        let mut rows = Vec::new();
        for number in from..from + number {
            let (entity, verb) = kind(number);
            let id = match entity {
                "config" => self.owner(number).to_owned(),
                _ => subject(self.which, number),
            };
            let (org, seq, user) = (&self.org, self.seq(number), &self.people[0].user);
            rows.push(format!("('{org}', {seq}, '{user}', '{entity}', '{verb}', '{id}', NULL, 1, now())"));
        }
        format!(
            "BEGIN; UPDATE feed_heads SET seq = seq + {number} WHERE org_id = '{}';
             INSERT INTO events (org_id, seq, user_id, entity, verb, entity_id, project_id, version, at) VALUES {};
             SELECT pg_notify('switchyard_feed', ''); COMMIT",
            self.org,
            rows.join(", ")
        )
    }

    /// Whose configuration event `number` is about.
    fn owner(&self, number: i64) -> &str {
        &self.people[usize::try_from(number / 70).expect("small") % 3].user
    }

    /// What somebody is told of events 1 to `last`: not of other people's terminals and configurations.
    fn expected(&self, person: &Person, last: i64) -> Vec<(i64, String)> {
        let told = |number: i64| match kind(number) {
            // Of a project that is not there for somebody they are told that it is gone, and nothing else.
            ("terminal", _) | ("project", "created" | "updated") => None,
            ("config", _) => {
                let owner = self.owner(number);
                (owner == person.user).then(|| (self.seq(number), owner.to_owned()))
            }
            _ => Some((self.seq(number), subject(self.which, number))),
        };
        (1..=last).filter_map(told).collect()
    }
}

/// What somebody heard, and when that ended.
type Heard = (Vec<(i64, String)>, Instant);

/// Listens until the event about `last` came or the connection ends.
fn listen(mut socket: Socket, last: String) -> JoinHandle<Heard> {
    tokio::spawn(async move {
        let mut heard = Vec::new();
        while let Some(frame) = socket.next_within(10 * NOISE).await.expect("something is sent") {
            assert!(frame["reset"].is_null(), "a place in the feed was lost: {frame}");
            let seq = frame["seq"].as_i64().expect("an event");
            heard.push((seq, id(&frame).to_owned()));
            if id(&frame) == last {
                break;
            }
        }
        (heard, Instant::now())
    })
}

/// A stream of what comes, and the number of the last event before.
async fn subscribed(visitor: &Visitor) -> (Socket, i64) {
    let mut socket = visitor.open("/api/events").await;
    socket.send(json!({ "since": null })).await;
    let place = socket.next().await.expect("where the feed stands");
    (socket, place["since"].as_i64().expect("a number"))
}

#[allow(clippy::print_stderr, reason = "the figures are what somebody asks for")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_all_that_is_theirs_at_either_server_and_nothing_else() {
    let events: i64 =
        std::env::var("SWITCHYARD_TEST_EVENTS").ok().and_then(|set| set.parse().ok()).unwrap_or(EVENTS);
    // The last of each organisation is one that everybody hears of.
    let each = events / 2 / TOGETHER * TOGETHER - 1;
    let hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let mut teams = [Team::new(&hosted, 1).await, Team::new(&hosted, 2).await];
    let (mut listening, mut leaving) = (Vec::new(), Vec::new());
    for (which, team) in teams.iter().enumerate() {
        for (number, person) in team.people.iter().enumerate() {
            for port in &ports {
                let socket = subscribed(&person.visitor.at(*port)).await.0;
                let listener = listen(socket, subject(team.which, each));
                if number < 3 { &mut listening } else { &mut leaving }.push((which, number, listener));
            }
        }
    }
    let begun = Instant::now();
    let mut closed = Duration::ZERO;
    for from in (1..=each).step_by(TOGETHER as usize) {
        let last = (from + TOGETHER - 1).min(each);
        for team in &teams {
            hosted.sql(&team.append(from, last + 1 - from));
        }
        if leaving.is_empty() || last < each / 2 {
            continue;
        }
        let mut at = Vec::new();
        for team in &mut teams {
            at.push(team.take_out(last).await);
        }
        for (which, person, listener) in leaving.drain(..) {
            let (heard, ended) =
                timeout(NOISE, listener).await.expect("the stream ends").expect("a listener");
            closed = ended.saturating_duration_since(at[which]).max(closed);
            let team = &teams[which];
            let (heard, expected) = (team.own(heard), team.expected(&team.people[person], last));
            assert!(expected.starts_with(&heard), "what came before is a beginning of what is theirs");
        }
    }
    for (which, person, listener) in listening {
        let (heard, _) = timeout(10 * NOISE, listener).await.expect("everything comes").expect("a listener");
        let team = &teams[which];
        let (heard, expected) = (team.own(heard), team.expected(&team.people[person], each));
        assert_eq!(heard.len(), expected.len(), "what somebody of organisation {which} heard");
        assert!(heard == expected, "what somebody of organisation {which} heard is out of order or foreign");
    }
    let took = begun.elapsed();
    eprintln!(
        "{} events to 12 listeners in {took:?}; who was taken out heard nothing after {closed:?}",
        2 * each
    );
    // What is aimed at is a second.
    assert!(closed < Duration::from_secs(3), "{closed:?}");
}
