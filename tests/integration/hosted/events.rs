//! The change feed of two organisations at two servers: everybody hears all that is theirs, in order, and nothing else.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::json;
use switchyard_domain::event::{Entity, Verb};
use switchyard_integration::{Hosted, Method, NOISE, Socket, Visitor, id};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::access::name;
use super::organisations::{join, own_id};

/// Events in all; `SWITCHYARD_TEST_EVENTS` sets another number.
const EVENTS: i64 = 6_000;
/// Events of one transaction.
const TOGETHER: i64 = 100;

/// Who somebody is in a team.
const ADMIN: usize = 0;
const MEMBER: usize = 1;
const VIEWER: usize = 2;
const LEAVER: usize = 3;

/// A team's projects: for everybody, for the member alone who is named, and for a group with the viewer in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Open,
    Members,
    Groups,
}

impl Place {
    const ALL: [Self; 3] = [Self::Open, Self::Members, Self::Groups];

    fn reached_by(self, person: usize) -> bool {
        match self {
            Self::Open => true,
            Self::Members => matches!(person, ADMIN | MEMBER),
            Self::Groups => matches!(person, ADMIN | VIEWER),
        }
    }
}

fn pick<T: Copy>(list: &[T], number: i64) -> T {
    list[usize::try_from(number).expect("small") % list.len()]
}

/// What event `number` of an organisation is about: mostly tasks, and everything else with every verb.
fn kind(number: i64) -> (Entity, Verb) {
    let entities = i64::try_from(Entity::ALL.len()).expect("small");
    match number % 5 {
        0 => (pick(&Entity::ALL, number / 5), pick(&Verb::ALL, number / 5 / entities)),
        _ => (Entity::Task, pick(&Verb::ALL, number)),
    }
}

/// In which project event `number` is; the last of each transaction in one that everybody reaches.
fn place(number: i64) -> Option<Place> {
    let entities = i64::try_from(Entity::ALL.len()).expect("small");
    match kind(number).0 {
        Entity::Config
        | Entity::Organisation
        | Entity::Member
        | Entity::Invitation
        | Entity::ApiKey
        | Entity::Group => None,
        _ if number % TOGETHER == TOGETHER - 1 => Some(Place::Open),
        Entity::Task if number % 5 != 0 => Some(pick(&Place::ALL, number / 3)),
        Entity::Task
        | Entity::Project
        | Entity::Repo
        | Entity::Workspace
        | Entity::Session
        | Entity::Message
        | Entity::Approval
        | Entity::Comment
        | Entity::Terminal
        | Entity::Access => Some(pick(&Place::ALL, number / 5 / entities / 3)),
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
    /// As in [`Place::ALL`].
    projects: Vec<String>,
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
        let projects = Self::projects(&people).await;
        let base = subscribed(&people[0].visitor).await.1;
        Self { which, org, people, projects, base, taken_out: None }
    }

    async fn projects(people: &[Person]) -> Vec<String> {
        let admin = &people[ADMIN].visitor;
        let group = admin.post("/api/groups", json!({ "name": "Some" })).await.expect(201);
        let member = format!("/api/groups/{}/members/{}", id(&group), people[VIEWER].user);
        admin.call(Method::PUT, &member, None).await.expect(200);
        let mut projects = Vec::new();
        for place in Place::ALL {
            let project = admin.post("/api/projects", json!({ "name": "Board" })).await.expect(201);
            let named = match place {
                Place::Open => None,
                Place::Members => Some(("user", people[MEMBER].user.as_str(), "editor")),
                Place::Groups => Some(("group", id(&group), "viewer")),
            };
            if let Some(named) = named {
                name(admin, id(&project), true, &[named]).await;
            }
            projects.push(id(&project).to_owned());
        }
        projects
    }

    /// Takes out the one who leaves, after event `last`, and answers when.
    async fn take_out(&mut self, last: i64) -> Instant {
        let leaver = format!("/api/members/{}", self.people[LEAVER].user);
        self.people[ADMIN].visitor.delete(&leaver).await.expect(204);
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

    /// The statement that appends events as the store does.
    fn append(&self, from: i64, number: i64) -> String {
        let mut rows = Vec::new();
        for number in from..from + number {
            let (entity, verb) = kind(number);
            let id = match entity {
                Entity::Config => self.owner(number).to_owned(),
                _ => subject(self.which, number),
            };
            let project = place(number)
                .map_or_else(|| "NULL".to_owned(), |place| format!("'{}'", self.projects[place as usize]));
            let (org, seq, user) = (&self.org, self.seq(number), &self.people[ADMIN].user);
            let (entity, verb) = (entity.as_str(), verb.as_str());
            rows.push(format!(
                "('{org}', {seq}, '{user}', '{entity}', '{verb}', '{id}', {project}, 1, now())"
            ));
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

    /// What somebody is told of events 1 to `last`: of what is in projects that they reach, and not of other people's
    /// terminals and configurations.
    fn expected(&self, person: usize, last: i64) -> Vec<(i64, String)> {
        let told = |number: i64| {
            if place(number).is_some_and(|place| !place.reached_by(person)) {
                return None;
            }
            match kind(number) {
                // Of a project that is not there for somebody they are told that it is gone, and nothing else.
                (Entity::Terminal, _) | (Entity::Project, Verb::Created | Verb::Updated) => None,
                (Entity::Config, _) => {
                    let owner = self.owner(number);
                    (owner == self.people[person].user).then(|| (self.seq(number), owner.to_owned()))
                }
                _ => Some((self.seq(number), subject(self.which, number))),
            }
        };
        (1..=last).filter_map(told).collect()
    }

    /// Compares what somebody heard with what is theirs. What they read anew after a reset counts as heard; answers how
    /// many events they were told of one by one.
    fn check(&self, person: usize, heard: &[Heard], expected: &[(i64, String)], whole: bool) -> usize {
        let whose = format!("person {person} of organisation {}", self.which);
        let between = self.taken_out.map(|(last, made)| self.base + last + 1..=self.base + last + made);
        let (mut left, mut told) = (expected.iter().peekable(), 0);
        for heard in heard {
            match heard {
                // The test's own alone are compared.
                Heard::Event(seq, _) if between.as_ref().is_some_and(|made| made.contains(seq)) => {}
                Heard::Event(seq, id) => {
                    let next = left.next().unwrap_or_else(|| panic!("{whose} heard {seq} too much"));
                    assert_eq!(
                        (seq, id),
                        (&next.0, &next.1),
                        "{whose} heard what is foreign or out of order"
                    );
                    told += 1;
                }
                Heard::Reset(to) => {
                    assert_ne!(person, ADMIN, "who reaches everything never loses their place");
                    while left.next_if(|(seq, _)| seq <= to).is_some() {}
                }
            }
        }
        assert!(!whole || left.next().is_none(), "{whose} was not told of everything");
        told
    }
}

/// What a stream said.
enum Heard {
    /// Of an event: its number, and what it is about.
    Event(i64, String),
    /// To read everything anew, as it was after this event.
    Reset(i64),
}

/// Listens until the event came that `end` will name, or was read over, or the connection ends. Answers when that was.
fn listen(mut socket: Socket, mut end: watch::Receiver<i64>) -> JoinHandle<(Vec<Heard>, Instant)> {
    tokio::spawn(async move {
        let (mut heard, mut at) = (Vec::new(), 0);
        while at < *end.borrow_and_update() {
            let frame = tokio::select! {
                frame = socket.next_within(10 * NOISE) => frame.expect("something is sent"),
                _ = end.changed() => continue,
            };
            let Some(frame) = frame else { break };
            if frame["reset"] == true {
                at = frame["since"].as_i64().expect("where to go on");
                heard.push(Heard::Reset(at));
            } else {
                at = frame["seq"].as_i64().expect("an event");
                heard.push(Heard::Event(at, id(&frame).to_owned()));
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
    let kinds: HashSet<_> = (1..=each).map(|number| (kind(number), place(number))).collect();
    let places = |kind| kinds.iter().filter(|(known, place)| *known == kind && place.is_some()).count();
    for (entity, verb) in Entity::ALL.into_iter().flat_map(|entity| Verb::ALL.map(|verb| (entity, verb))) {
        let everywhere =
            kinds.contains(&((entity, verb), None)) || places((entity, verb)) == Place::ALL.len();
        assert!(everywhere, "{entity:?} {verb:?} is not told of in every kind of project");
    }
    let hosted = Hosted::start_with(2, &[]).await;
    let ports = hosted.ports();
    let mut teams = [Team::new(&hosted, 1).await, Team::new(&hosted, 2).await];
    let ends = [watch::Sender::new(i64::MAX), watch::Sender::new(i64::MAX)];
    let (mut listening, mut leaving) = (Vec::new(), Vec::new());
    for (which, team) in teams.iter().enumerate() {
        for (number, person) in team.people.iter().enumerate() {
            for port in &ports {
                let socket = subscribed(&person.visitor.at(*port)).await.0;
                let listener = listen(socket, ends[which].subscribe());
                if number == LEAVER { &mut leaving } else { &mut listening }.push((which, number, listener));
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
            // What came before is a beginning of what is theirs.
            team.check(person, &heard, &team.expected(person, last), false);
        }
    }
    for (team, end) in teams.iter().zip(&ends) {
        end.send_replace(team.seq(each));
    }
    let (mut told, mut theirs) = (0, 0);
    for (which, person, listener) in listening {
        let (heard, _) = timeout(10 * NOISE, listener).await.expect("everything comes").expect("a listener");
        let team = &teams[which];
        let expected = team.expected(person, each);
        told += team.check(person, &heard, &expected, true);
        theirs += expected.len();
    }
    let took = begun.elapsed();
    eprintln!(
        "{} events to 12 listeners in {took:?}: {told} frames of {theirs}, the rest read anew; who was taken out heard \
         nothing after {closed:?}",
        2 * each
    );
    assert!(told > theirs / 2, "streams are for being read: {told} of {theirs}");
    // What is aimed at is a second.
    assert!(closed < Duration::from_secs(3), "{closed:?}");
}
