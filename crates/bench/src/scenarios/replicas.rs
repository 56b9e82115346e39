//! Two servers on one database: how long one takes to tell what happened at the other, beside what the other takes.

use std::collections::HashMap;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::{Bench, transcript};
use crate::client::{Connection, text};
use crate::failure::{Failure, Result, told};
use crate::feed::Socket;
use crate::hosted::{Hosted, Person};
use crate::product;
use crate::report::Figure;
use crate::statistics::Samples;

const CHANGES: usize = 500;
const LINES: usize = 400;
/// Between two lines of the agent, beside what printing one takes.
const PAUSE: &str = "0.02";
/// What may pass until somebody at the other server sees it.
const MOST: Duration = Duration::from_millis(100);

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let mut hosted = Hosted::start(&bench.programs).await?;
    let other = hosted.another().await?;
    let person = hosted.person()?;
    let there = person.at(other);
    let changes = changes(bench, &person, &there).await?;
    let lines = lines(bench, &hosted, &person, &there).await?;
    let figures = [("a change", changes), ("a line of an agent", lines)].map(|(what, (far, near))| {
        let name = |rank| format!("two servers: {what} at the other server, {rank}, beside its own");
        [
            Figure::at_most(name("p50"), far.p50(), MOST).beside(near.p50()),
            Figure::at_most(name("p95"), far.p95(), MOST).beside(near.p95()),
        ]
    });
    Ok(figures.into_iter().flatten().collect())
}

/// From sending a change to its arrival at subscribers of the other server and of the one that was asked, commit to disk
/// included.
async fn changes(bench: &Bench, person: &Person, there: &Person) -> Result<(Samples, Samples)> {
    let mut connection = person.connect().await?;
    let project = product::project(&mut connection, "Watched").await?;
    let count = bench.count(CHANGES);
    let far = arrivals(there.subscribe().await?, count);
    let near = arrivals(person.subscribe().await?, count);
    let mut sent = HashMap::new();
    for number in 0..count {
        let begun = Instant::now();
        let task = product::task(&mut connection, &project, &format!("Change {number}")).await?;
        sent.insert(task, begun);
        sleep(Duration::from_millis(2)).await;
    }
    let waits = async |arrivals: JoinHandle<Result<HashMap<String, Instant>>>| {
        let mut samples = Samples::default();
        for (task, arrived) in told("wait for a subscriber", arrivals.await)?? {
            let begun = sent.get(&task).ok_or_else(|| Failure::new("a change came that nobody made"))?;
            samples.push(arrived.saturating_duration_since(*begun));
        }
        Ok::<_, Failure>(samples)
    };
    Ok((waits(far).await?, waits(near).await?))
}

/// When so many tasks were told of.
fn arrivals(mut socket: Socket, count: usize) -> JoinHandle<Result<HashMap<String, Instant>>> {
    tokio::spawn(async move {
        let mut arrivals = HashMap::new();
        while arrivals.len() < count {
            let event = socket.next().await?;
            if event["type"] == "task.created" {
                arrivals.insert(text(&event, "id")?, Instant::now());
            }
        }
        Ok(arrivals)
    })
}

/// From when an agent printed a line to its arrival in a transcript that is read along, at the server that does not drive
/// the session and at the one that does.
async fn lines(
    bench: &Bench,
    hosted: &Hosted,
    person: &Person,
    there: &Person,
) -> Result<(Samples, Samples)> {
    let mut connection = person.connect().await?;
    let workspace = workspace(hosted, &mut connection).await?;
    let count = bench.count(LINES);
    let print = format!("i=0; while [ $i -lt {count} ]; do i=$((i+1)); date +%s%N; sleep {PAUSE}; done");
    let agent = json!({ "id": "command", "command": print });
    let session = transcript::start(&mut connection, &workspace, &agent, "Go").await?;
    let path = format!("/api/sessions/{session}/stream?after=0");
    let (far, near) = (there.open(&path).await?, person.open(&path).await?);
    let (far, near) = (tokio::spawn(delays(far, count)), tokio::spawn(delays(near, count)));
    Ok((told("read along", far.await)??, told("read along", near.await)??))
}

/// A workspace on a repository in its user's own folder.
async fn workspace(hosted: &Hosted, connection: &mut Connection) -> Result<String> {
    let me = connection.get("/api/auth/me").await?;
    // Whoever calls their runner has a folder.
    connection.get("/api/agents").await?;
    let (home, uid) = hosted.home(&text(&me["user"], "id")?)?;
    let repository = home.join("project");
    git(&home, uid, &["init", "--quiet", "--initial-branch=main", "project"])?;
    let author = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"];
    git(&repository, uid, &[&author[..], &["commit", "--quiet", "--allow-empty", "-m", "first"]].concat())?;
    let project = product::project(connection, "Read along").await?;
    connection.post(&format!("/api/projects/{project}/repos"), &json!({ "path": repository })).await?;
    let task = product::task(connection, &project, "Print").await?;
    let made = connection.post(&format!("/api/tasks/{task}/workspaces"), &json!({})).await?;
    match made["status"].as_str() {
        Some("ready") => text(&made, "id"),
        _ => Err(Failure::new(format!("a workspace could not be made: {made}"))),
    }
}

/// Runs git as the user whose folder it is.
fn git(folder: &Path, uid: u32, arguments: &[&str]) -> Result<()> {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(folder).uid(uid).gid(uid).env_clear();
    let output = told("run git", git.env("PATH", "/usr/bin:/bin").env("HOME", folder).output())?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("git failed: {}", String::from_utf8_lossy(&output.stderr))))
}

/// How long each line took that says when it was printed. What was printed before the stream was open is read late, so the
/// first half tells nothing.
async fn delays(mut socket: Socket, count: usize) -> Result<Samples> {
    let (mut seen, mut rest, mut samples) = (0, String::new(), Samples::default());
    while seen < count {
        let frame = socket.next().await?;
        let now = told("read the clock", SystemTime::now().duration_since(UNIX_EPOCH))?;
        for entry in frame["entries"].as_array().into_iter().flatten() {
            if entry["kind"] != "agent_message" {
                continue;
            }
            rest.push_str(entry["text"].as_str().unwrap_or_default());
            while let Some((line, behind)) = rest.split_once('\n') {
                let printed = Duration::from_nanos(told("read a line", line.parse())?);
                seen += 1;
                if seen > count / 2 {
                    samples.push(now.saturating_sub(printed));
                }
                rest = behind.to_owned();
            }
        }
    }
    Ok(samples)
}
