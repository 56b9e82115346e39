//! A database that dies, and a way to it that is cut, slow or silent.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchyard_integration::{Answer, Hosted, Method, NOISE, Visitor, eventually, id, text, within};
use switchyard_testkit::postgres::{APP, Cluster, OWNER, address_for};
use switchyard_testkit::proxy::{Proxy, Way};
use tokio::sync::{Mutex, watch};

/// How often the database is killed.
const KILLS: usize = 15;
/// Clients that write meanwhile, at each server.
const WRITERS: usize = 4;

/// Servers on a database of their own.
pub(super) async fn servers_on(cluster: &Cluster, servers: usize) -> Hosted {
    let url = cluster.database().expect("a database");
    let (app, owner) = (address_for(APP, &url), address_for(OWNER, &url));
    Hosted::start_with(servers, &[("DATABASE_URL", &app), ("DATABASE_MIGRATION_URL", &owner)]).await
}

async fn create(visitor: &Visitor, name: &str) -> Answer {
    let origin = format!("http://{}", visitor.host());
    let mut headers = vec![("host", visitor.host()), ("origin", &origin), ("idempotency-key", name)];
    headers.extend(visitor.credential());
    visitor.send(Method::POST, "/api/projects", &headers, Some(json!({ "name": name }))).await
}

/// What the writers know.
struct Written {
    /// The id that each name was acknowledged with.
    acknowledged: Mutex<HashMap<String, String>>,
    last: watch::Sender<Option<Instant>>,
    slowest: Mutex<Duration>,
    over: AtomicBool,
}

/// Writes one after the other, each until it is acknowledged.
async fn write(visitor: Visitor, writer: String, written: Arc<Written>) {
    let mut number = 0;
    while !written.over.load(Ordering::Relaxed) {
        number += 1;
        let name = format!("{writer}-{number}");
        loop {
            let begun = Instant::now();
            let answer = create(&visitor, &name).await;
            let mut slowest = written.slowest.lock().await;
            *slowest = begun.elapsed().max(*slowest);
            drop(slowest);
            match answer.status {
                201 => {
                    written.acknowledged.lock().await.insert(name, id(&answer.json()).to_owned());
                    written.last.send_replace(Some(Instant::now()));
                    break;
                }
                503 => tokio::time::sleep(Duration::from_millis(20)).await,
                other => panic!("{name} was answered {other}: {}", answer.text()),
            }
        }
    }
}

/// Follows the feed through every break, and answers the numbers of the events it saw.
async fn follow(visitor: Visitor, until: watch::Receiver<Option<i64>>) -> Vec<i64> {
    let mut seen: Vec<i64> = Vec::new();
    loop {
        // While the database is away nobody is let in.
        if visitor.get("/api/auth/me").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        let Ok(mut socket) = visitor.try_open("/api/events").await else { continue };
        socket.send(json!({ "since": seen.last().copied().unwrap_or(0) })).await;
        loop {
            if until.borrow().is_some_and(|last| seen.last().is_some_and(|seen| *seen >= last)) {
                return seen;
            }
            match socket.next_within(Duration::from_secs(1)).await {
                Some(Some(frame)) => {
                    assert!(frame["reset"].is_null(), "the place in the feed is lost: {frame}");
                    seen.extend(frame["seq"].as_i64());
                }
                Some(None) => break,
                None => {}
            }
        }
    }
}

async fn names_of(visitor: &Visitor) -> HashMap<String, Vec<String>> {
    let mut names: HashMap<String, Vec<String>> = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = visitor.get(&format!("/api/projects?limit=200{cursor}")).await.expect(200);
        for project in page["items"].as_array().expect("a list") {
            names.entry(text(project, "name").to_owned()).or_default().push(id(project).to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

#[allow(clippy::print_stderr, reason = "the figures are what somebody asks for")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_killed_under_load_loses_and_doubles_nothing() {
    let cluster = Cluster::to_be_killed().expect("PostgreSQL");
    let hosted = servers_on(&cluster, 2).await;
    let ports = hosted.ports();
    let ada = hosted.person("ada").await;
    let written = Arc::new(Written {
        acknowledged: Mutex::default(),
        last: watch::Sender::new(None),
        slowest: Mutex::default(),
        over: AtomicBool::new(false),
    });
    let (end, until) = watch::channel(None);
    let follower = tokio::spawn(follow(ada.at(ports[1]), until));
    let writers: Vec<_> = ports
        .iter()
        .flat_map(|port| (0..WRITERS).map(move |number| (*port, number)))
        .map(|(port, number)| {
            tokio::spawn(write(ada.at(port), format!("{port}-{number}"), Arc::clone(&written)))
        })
        .collect();
    let (mut returns, begun) = (Vec::new(), Instant::now());
    for _ in 0..KILLS {
        // Everybody is at work again.
        let enough = written.acknowledged.lock().await.len() + 5 * WRITERS;
        let busy = async {
            while written.acknowledged.lock().await.len() < enough {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(2), busy).await;
        cluster.kill9().expect("it is killed");
        for port in &ports {
            hosted.stranger_at(*port).get("/health").await.expect(200);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut last = written.last.subscribe();
        last.borrow_and_update();
        cluster.start_again().expect("it starts again");
        let back = Instant::now();
        tokio::time::timeout(NOISE, last.wait_for(|last| last.is_some_and(|last| last >= back)))
            .await
            .expect("a write succeeds")
            .expect("somebody writes");
        returns.push(back.elapsed());
    }
    written.over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("a writer comes to its end");
    }
    let names = names_of(&ada).await;
    let acknowledged = written.acknowledged.lock().await;
    for (name, id) in acknowledged.iter() {
        assert_eq!(names.get(name), Some(&vec![id.clone()]), "{name} was acknowledged, and is there once");
    }
    assert!(names.values().all(|ids| ids.len() == 1), "something is there twice");
    let made = ada.post("/api/projects", json!({ "name": "the last" })).await.expect(201);
    let head = eventually("the feed's head", || async {
        let mut socket = ada.open("/api/events").await;
        socket.send(json!({ "since": null })).await;
        socket.next().await.expect("a place")["since"].as_i64()
    })
    .await;
    end.send_replace(Some(head));
    let seen = tokio::time::timeout(NOISE, follower).await.expect("in time").expect("a follower");
    assert_eq!(seen, (seen[0]..=head).collect::<Vec<_>>(), "without gaps, in order, once, up to {made}");
    returns.sort();
    let slowest = *written.slowest.lock().await;
    eprintln!(
        "{} writes through {KILLS} kills in {:?}; first success after its return: median {:?}, at most {:?}; slowest answer {slowest:?}",
        acknowledged.len(),
        begun.elapsed(),
        returns[KILLS / 2],
        returns[KILLS - 1]
    );
    // What is aimed at is a second; machines under load take longer to do anything.
    assert!(returns[KILLS - 1] < Duration::from_secs(5), "{returns:?}");
    assert!(slowest < Duration::from_secs(8), "{slowest:?}");
}

/// The answer, and how long it took.
async fn timed(visitor: &Visitor, path: &str) -> (Answer, Duration) {
    let begun = Instant::now();
    let answer = visitor.get(path).await;
    (answer, begun.elapsed())
}

#[allow(clippy::print_stderr, reason = "the figures are what somebody asks for")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_to_the_database_that_is_cut_slow_or_silent_hangs_nobody() {
    let cluster = Cluster::shared().expect("PostgreSQL");
    let proxy = Proxy::to(&cluster.socket()).await.expect("a proxy");
    let url = cluster.database().expect("a database");
    let name = url.split('?').next().and_then(|path| path.rsplit('/').next()).expect("a name");
    let address = |role: &str| format!("postgres://{role}@127.0.0.1:{}/{name}", proxy.port());
    let (app, owner) = (address(APP), address(OWNER));
    let hosted = Hosted::start_with(1, &[("DATABASE_URL", &app), ("DATABASE_MIGRATION_URL", &owner)]).await;
    let ada = hosted.person("ada").await;
    let guest = hosted.stranger();
    let mut socket = ada.open("/api/events").await;
    socket.send(json!({ "since": null })).await;
    socket.next().await.expect("where the feed stands");
    for (number, way) in
        [Way::Cut, Way::Silent, Way::Slow(Duration::from_millis(600))].into_iter().enumerate()
    {
        // Under way, some wait for an answer that does not come.
        let busy: Vec<_> = (0..20)
            .map(|_| {
                tokio::spawn({
                    let ada = ada.clone();
                    async move { timed(&ada, "/api/projects").await }
                })
            })
            .collect();
        proxy.set(way);
        let begun = Instant::now();
        let (_, unready) = within(NOISE, "the server is not ready", || async {
            (guest.get("/ready").await.status == 503).then_some(())
        })
        .await;
        let mut slowest = Duration::ZERO;
        for busy in busy {
            slowest = busy.await.expect("an answer").1.max(slowest);
        }
        for _ in 0..2 {
            let (answer, took) = timed(&ada, "/api/projects").await;
            assert_eq!(answer.status, 503, "{way:?}: {}", answer.text());
            slowest = took.max(slowest);
            let (alive, _) = timed(&guest, "/health").await;
            assert_eq!(alive.status, 200);
        }
        eprintln!(
            "{way:?}: not ready after {unready:?}, slowest answer {slowest:?}, all in {:?}",
            begun.elapsed()
        );
        // What is aimed at is 3 s and 5 s.
        assert!(unready < Duration::from_secs(4), "{way:?}: {unready:?}");
        assert!(slowest < Duration::from_secs(7), "{way:?}: {slowest:?}");
        // Connections that were lost without a word do not come back.
        proxy.set(Way::Cut);
        proxy.set(Way::Open);
        let (_, back) = within(NOISE, "the server is ready again", || async {
            (guest.get("/ready").await.status == 200).then_some(())
        })
        .await;
        eprintln!("{way:?}: ready again after {back:?}");
        let made = create(&ada, &format!("after-{number}")).await.expect(201);
        told(&ada, &mut socket, &made).await;
    }
}

/// The stream tells of it, or broke off and tells once it is taken up again.
async fn told(visitor: &Visitor, socket: &mut switchyard_integration::Socket, made: &Value) {
    loop {
        match socket.next().await {
            Some(event) if event["id"] == made["id"] => return,
            Some(_) => {}
            None => {
                *socket = visitor.open("/api/events").await;
                socket.send(json!({ "since": 0 })).await;
            }
        }
    }
}
