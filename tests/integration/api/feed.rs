//! The change feed: every change once, in order, to every subscriber, whatever happens in between.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchyard_integration::{Client, Feed, Instance, Random, Socket, eventually, id, within};

const WRITERS: usize = 16;
const WRITES: usize = 5_000;

/// How long a reader may leave a frame unread, as the server has it, and then some.
const CUT_OFF: Duration = Duration::from_secs(90);

/// How a subscriber reads.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Steady,
    Slow,
    Reconnecting,
}

/// Reads until the feed has reached `end`, and returns the ids of the tasks that were made.
async fn read(
    client: Client,
    manner: Manner,
    mut random: Random,
    end: impl Fn() -> Option<i64>,
) -> HashSet<String> {
    let mut made = HashSet::new();
    let mut feed = Feed::subscribe(&client, Some(0)).await;
    while end().is_none_or(|end| feed.seen < end) {
        let event = feed.next().await.expect("the feed goes on");
        if event["type"] == "task.created" {
            assert!(made.insert(id(&event).to_owned()), "a task was made twice: {event}");
            assert_eq!(event["data"]["id"], event["id"], "an event carries its resource");
        }
        match manner {
            Manner::Slow if random.below(50) == 0 => {
                tokio::time::sleep(Duration::from_millis(random.below(40))).await
            }
            Manner::Reconnecting if random.below(200) == 0 => {
                feed = Feed::subscribe(&client, Some(feed.seen)).await
            }
            _ => {}
        }
    }
    made
}

/// Makes, edits and deletes tasks, and returns the ids of those it made.
async fn write(client: Client, project: String, mut random: Random) -> Vec<String> {
    let mut made: Vec<(String, i64)> = Vec::new();
    for number in 0..WRITES / WRITERS {
        let old =
            made.len().checked_sub(1).map(|last| usize::try_from(random.below(last as u64 + 1)).unwrap());
        match (random.below(4), old) {
            (0, Some(old)) => {
                let (task, version) = &mut made[old];
                let body = json!({"title": format!("again {number}")});
                *version =
                    client.patch(&format!("/api/tasks/{task}"), *version, body).await.expect(200)["version"]
                        .as_i64()
                        .unwrap();
            }
            _ => {
                let task = client.task(&project, &format!("T{number}")).await;
                made.push((id(&task).to_owned(), 1));
            }
        }
    }
    made.into_iter().map(|(task, _)| task).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_writes_of_sixteen_writers_reach_eight_subscribers_once_and_in_order() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let (told, end) = tokio::sync::watch::channel(None);
    let mut random = Random::seeded();
    let manners = [Manner::Steady, Manner::Steady, Manner::Slow, Manner::Slow, Manner::Slow]
        .into_iter()
        .chain([Manner::Reconnecting; 3]);
    let readers: Vec<_> = manners
        .enumerate()
        .map(|(number, manner)| {
            let end = end.clone();
            tokio::spawn(read(client.clone(), manner, random.fork(number as u64), move || *end.borrow()))
        })
        .collect();
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| tokio::spawn(write(client.clone(), project.clone(), random.fork(1000 + number as u64))))
        .collect();
    let mut made = HashSet::new();
    for writer in writers {
        made.extend(writer.await.expect("a writer ends well"));
    }
    // One more change, so that every reader has something to wake up for once the end is known.
    let head = Feed::subscribe(client, None).await.seen;
    told.send(Some(head + 1)).unwrap();
    client.patch(&format!("/api/projects/{project}"), 1, json!({"name": "End"})).await.expect(200);
    for reader in readers {
        assert_eq!(reader.await.expect("a reader ends well"), made);
    }
    assert_eq!(head, i64::try_from(WRITES / WRITERS * WRITERS + 1).unwrap(), "one event for each write");
}

#[tokio::test]
async fn an_event_tells_what_happened_and_carries_the_resource() {
    let instance = Instance::start().await;
    let client = instance.client();
    let mut feed = Feed::subscribe(client, None).await;
    let project = client.project("P").await;
    let task = client.task(&project, "T").await;
    let path = format!("/api/tasks/{}", id(&task));
    let edited = client.patch(&path, 1, json!({"title": "U"})).await.expect(200);
    client.patch("/api/config", 0, json!({"theme": "dark"})).await.expect(200);

    let event = feed.next().await.unwrap();
    assert_eq!((&event["type"], &event["id"]), (&json!("project.created"), &json!(project)));
    let event = feed.next().await.unwrap();
    assert_eq!((&event["type"], &event["project_id"]), (&json!("task.created"), &json!(project)));
    let event = feed.next().await.unwrap();
    assert_eq!(
        (&event["type"], &event["version"], &event["data"]),
        (&json!("task.updated"), &json!(2), &edited)
    );
    let event = feed.next().await.unwrap();
    assert_eq!((&event["type"], &event["data"]["theme"]), (&json!("config.created"), &json!("dark")));

    client.delete(&path, 2).await;
    let event = feed.next().await.unwrap();
    assert_eq!((&event["type"], &event["data"]), (&json!("task.deleted"), &Value::Null));
    client.patch(&path, 3, json!({"title": "V"})).await.refused(409, "deleted");
    client.project("Q").await;
    assert_eq!(feed.next().await.unwrap()["type"], "project.created", "what was refused is no event");
}

#[tokio::test]
async fn a_subscriber_goes_on_where_it_was_after_a_restart() {
    let mut instance = Instance::start().await;
    let mut feed = Feed::subscribe(instance.client(), None).await;
    instance.client().project("Before").await;
    feed.next().await.unwrap();
    instance.restart().await;
    assert_eq!(feed.frame().await, None, "the connection ended with the server");
    instance.client().project("Meanwhile").await;
    let mut feed = Feed::subscribe(instance.client(), Some(feed.seen)).await;
    assert_eq!(feed.next().await.unwrap()["data"]["name"], "Meanwhile");
}

#[tokio::test]
async fn a_place_in_the_feed_that_is_lost_is_told_and_the_feed_goes_on_from_its_head() {
    let mut instance = Instance::start().await;
    for number in 0..10 {
        instance.client().project(&format!("P{number}")).await;
    }
    instance.stop().await;
    let database = rusqlite::Connection::open(instance.data_dir().join("switchyard.db")).unwrap();
    database.execute_batch("UPDATE feed_heads SET pruned = 5; DELETE FROM events WHERE seq <= 5;").unwrap();
    drop(database);
    instance.launch().await;
    let client = instance.client();
    for lost in [0, 4, 11, 1_000_000] {
        let mut feed = Feed::subscribe(client, Some(lost)).await;
        assert_eq!(feed.frame().await, Some(json!({"since": 10, "reset": true})), "since {lost}");
    }
    let mut feed = Feed::subscribe(client, Some(5)).await;
    assert_eq!(feed.next().await.unwrap()["seq"], 6, "what is still there is given");

    let mut lost = Feed::subscribe(client, Some(0)).await;
    lost.frame().await;
    lost.seen = 10;
    client.project("after").await;
    assert_eq!(lost.next().await.unwrap()["data"]["name"], "after");
}

#[tokio::test]
async fn a_first_frame_that_is_no_subscription_ends_the_connection_with_a_reason() {
    let instance = Instance::start().await;
    for first in [json!("hello"), json!({"since": "x"}), json!({"since": 1.5})] {
        let mut socket = Socket::open(instance.client(), "/api/events").await;
        socket.send(first).await;
        let (_, reason) = socket.closed().await;
        assert!(reason.contains("since"), "{reason}");
    }
    let mut socket = Socket::open(instance.client(), "/api/events").await;
    socket.send(json!({"since": "x".repeat(100_000)})).await;
    socket.closed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_does_not_read_is_cut_off_and_resumes_without_a_gap() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let mut stuck = Feed::subscribe(client, None).await;
    let mut steady = Feed::subscribe(client, None).await;
    // More than the kernel keeps for a connection.
    let description = "x".repeat(250_000);
    let tasks = format!("/api/projects/{project}/tasks");
    let mut last = String::new();
    for number in 0..80 {
        let body = json!({"title": format!("{number}"), "description": description});
        last = id(&client.post(&tasks, body).await.expect(201)).to_owned();
    }
    steady.until(|event| event["id"] == last.as_str()).await;
    let address = stuck.address();
    let cut_off = || async { (!is_established(address)).then_some(()) };
    within(CUT_OFF, "the server gives the connection up", cut_off).await;
    let before = stuck.seen;
    while stuck.next().await.is_some() {}
    assert!(
        stuck.seen >= before && stuck.seen < steady.seen,
        "it missed something: {} of {}",
        stuck.seen,
        steady.seen
    );
    let mut resumed = Feed::subscribe(client, Some(stuck.seen)).await;
    resumed.until(|event| event["id"] == last.as_str()).await;
    assert_eq!(resumed.seen, steady.seen);
}

/// Whether the server's end of the connection from `address` is open, as the kernel has it.
fn is_established(address: std::net::SocketAddr) -> bool {
    let peer = format!("0100007F:{:04X}", address.port());
    let table = std::fs::read_to_string("/proc/net/tcp").expect("/proc/net/tcp");
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.get(2) == Some(&peer.as_str()) && fields.get(3) == Some(&"01")
    })
}

#[tokio::test]
async fn subscribers_that_leave_cost_nothing() {
    let instance = Instance::start().await;
    let client = instance.client();
    for _ in 0..50 {
        let feed = Feed::subscribe(client, Some(0)).await;
        drop(feed);
    }
    let port = format!("0100007F:{:04X}", client.port());
    let idle = || async {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let open = table.lines().filter(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields.get(1) == Some(&port.as_str()) && fields.get(3) == Some(&"01")
        });
        (open.count() <= 1).then_some(())
    };
    eventually("the server has closed its ends", idle).await;
    client.project("P").await;
    let mut feed = Feed::subscribe(client, Some(0)).await;
    assert_eq!(feed.next().await.unwrap()["type"], "project.created");
}

#[tokio::test]
async fn a_subscriber_that_never_says_where_to_begin_is_cut_off() {
    let instance = Instance::start().await;
    let silent = Socket::open(instance.client(), "/api/events").await;
    let begun = Instant::now();
    let (_, reason) = silent.closed().await;
    assert!(reason.contains("first frame"), "{reason}");
    assert!(begun.elapsed() > Duration::from_secs(8), "it had time to speak: {:?}", begun.elapsed());
    let mut late = Feed::subscribe(instance.client(), None).await;
    instance.client().project("P").await;
    late.until(|event| event["type"] == "project.created").await;
}
