//! A hosted server: what a request costs beside the same one on a desktop, and a thousand people at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use super::Bench;
use crate::client::{Connection, text};
use crate::failure::{Failure, Result, told};
use crate::hosted::{Hosted, Person};
use crate::processes::{memory, mib};
use crate::product;
use crate::report::Figure;
use crate::statistics::Samples;

const PEOPLE: usize = 1000;
/// Tasks on each one's board.
const TASKS: usize = 20;
const REQUESTS_PER_SECOND: u32 = 200;
const LOAD: Duration = Duration::from_secs(60);
/// How long somebody stays subscribed.
const SUBSCRIBED: Duration = Duration::from_secs(10);
/// People who are made ready at once.
const AT_ONCE: usize = 8;
/// What one request in a hundred may take longer than.
const MOST: Duration = Duration::from_millis(50);

/// Measured on a thread with a runtime of its own, as a client is one.
pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let measured = std::thread::scope(|scope| {
        scope
            .spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                told("make a runtime", runtime)?.block_on(all(bench))
            })
            .join()
    });
    measured.unwrap_or_else(|_| Err(Failure::new("measuring a hosted server panicked")))
}

async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let hosted = Hosted::start(&bench.programs).await?;
    let mut figures = beside_desktop(bench, &hosted).await?;
    figures.extend(crowd(bench, &hosted).await?);
    Ok(figures)
}

/// A board with its tasks, as one person sees it.
struct Board {
    connection: Connection,
    project: String,
    task: String,
    version: i64,
}

impl Board {
    async fn make(mut connection: Connection, tasks: usize) -> Result<Self> {
        let project = product::project(&mut connection, "A board").await?;
        let path = format!("/api/projects/{project}/tasks");
        let mut last = Value::Null;
        for number in 0..tasks {
            last = connection.post(&path, &product::task_body(&format!("Task {number}"))).await?;
        }
        Ok(Self {
            task: text(&last, "id")?,
            version: last["version"].as_i64().unwrap_or(1),
            connection,
            project,
        })
    }

    async fn ask(&mut self, request: Request) -> Result<()> {
        match request {
            Request::Board => {
                let path = format!("/api/projects/{}/tasks?limit=100", self.project);
                self.connection.get(&path).await.map(drop)
            }
            Request::Projects => self.connection.get("/api/projects").await.map(drop),
            Request::Task => self.connection.get(&format!("/api/tasks/{}", self.task)).await.map(drop),
            Request::Create => {
                let path = format!("/api/projects/{}/tasks", self.project);
                self.connection.post(&path, &product::task_body("One more")).await.map(drop)
            }
            Request::Move => {
                let statuses = ["todo", "in_progress", "in_review", "done"];
                let status = statuses[usize::try_from(self.version).unwrap_or(0) % statuses.len()];
                let path = format!("/api/tasks/{}", self.task);
                let body = json!({ "status": status });
                let moved = self.connection.patch(&path, self.version, &body).await?;
                self.version = moved["version"].as_i64().unwrap_or(self.version);
                Ok(())
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Request {
    Board,
    Projects,
    Task,
    Create,
    Move,
}

async fn beside_desktop(bench: &Bench, hosted: &Hosted) -> Result<Vec<Figure>> {
    let desktop = bench.server("beside-hosted").await?;
    let mut theirs = Board::make(desktop.connect().await?, 100).await?;
    let mut ours = Board::make(hosted.person()?.connect().await?, 100).await?;
    let requests = [
        ("a board of 100 tasks", Request::Board),
        ("one task", Request::Task),
        ("moving a task", Request::Move),
        ("creating a task", Request::Create),
    ];
    let mut figures = Vec::new();
    for (name, request) in requests {
        let (mut hosted, mut local) = (Samples::default(), Samples::default());
        for _ in 0..bench.count(500) {
            let begun = Instant::now();
            theirs.ask(request).await?;
            local.push(begun.elapsed());
            let begun = Instant::now();
            ours.ask(request).await?;
            hosted.push(begun.elapsed());
        }
        let name = format!("hosted: {name}, p50, beside the same on a desktop");
        figures.push(Figure::times(name, hosted.p50(), local.p50(), 2.0));
    }
    desktop.stop().await?;
    Ok(figures)
}

/// Somebody who has the board open.
struct Somebody {
    person: Person,
    board: Mutex<Board>,
}

/// A request each few milliseconds, whoever waits for whichever: a slow answer makes no other come later.
async fn crowd(bench: &Bench, hosted: &Hosted) -> Result<Vec<Figure>> {
    let people = everybody(hosted, bench.count(PEOPLE)).await?;
    let interval = Duration::from_secs(1) / REQUESTS_PER_SECOND;
    let count = bench.count(LOAD.as_millis() as usize / interval.as_millis() as usize);
    let mut asked = JoinSet::new();
    let begun = tokio::time::Instant::now();
    for number in 0..count {
        let due = begun + interval * u32::try_from(number).unwrap_or(u32::MAX);
        sleep_until(due).await;
        // A prime apart, so that each person asks each kind of thing.
        let somebody = Arc::clone(&people[number * 7919 % people.len()]);
        asked.spawn(async move {
            let kept = match number % 20 {
                0..=7 => somebody.board.lock().await.ask(Request::Board).await.map(|()| None),
                8..=11 => somebody.board.lock().await.ask(Request::Projects).await.map(|()| None),
                12 | 13 => somebody.board.lock().await.ask(Request::Task).await.map(|()| None),
                14 | 15 => somebody.board.lock().await.ask(Request::Create).await.map(|()| None),
                16 | 17 => somebody.board.lock().await.ask(Request::Move).await.map(|()| None),
                _ => somebody.person.subscribe().await.map(Some),
            };
            let took = due.elapsed();
            if let Ok(Some(_subscribed)) = &kept {
                sleep(SUBSCRIBED).await;
            }
            (took, kept.err())
        });
    }
    let (mut samples, mut failures) = (Samples::default(), Vec::new());
    while let Some(answered) = asked.join_next().await {
        let (took, failure) = told("ask", answered)?;
        samples.push(took);
        failures.extend(failure);
    }
    let people = people.len();
    let name = format!(
        "hosted: {people} people, {REQUESTS_PER_SECOND} requests/s (70 % read, 20 % write, 10 % subscribe)"
    );
    let failed = failures.first().map_or_else(String::new, |failure| format!(": {failure}"));
    let failed = format!("{} of {}{failed}", failures.len(), samples.len());
    let grown = mib(memory(hosted.server()));
    Ok(vec![
        Figure::at_most(format!("{name}, p99"), samples.p99(), MOST),
        Figure::alone(format!("hosted: {people} people, errors"), failed, "0", failures.is_empty()),
        Figure::alone(format!("hosted: {people} people, memory of the server afterwards"), grown, "–", true),
    ])
}

async fn everybody(hosted: &Hosted, count: usize) -> Result<Vec<Arc<Somebody>>> {
    let mut people = Vec::with_capacity(count);
    let mut getting_ready = JoinSet::new();
    for _ in 0..count {
        if getting_ready.len() == AT_ONCE
            && let Some(ready) = getting_ready.join_next().await
        {
            people.push(told("make somebody ready", ready)??);
        }
        let person = hosted.person()?;
        getting_ready.spawn(async move {
            let board = Mutex::new(Board::make(person.connect().await?, TASKS).await?);
            Ok::<_, Failure>(Arc::new(Somebody { person, board }))
        });
    }
    while let Some(ready) = getting_ready.join_next().await {
        people.push(told("make somebody ready", ready)??);
    }
    Ok(people)
}
