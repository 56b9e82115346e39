//! `kill -9` of the runner while git is at work in a repository that keeps it busy: the git that ran ends with its
//! runner, and the next runner finishes or undoes what it was for.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};
use switchyard_integration::{Answer, Method, Random, Setup, eventually, id, signal, text, within};
use switchyard_testkit::repo::TempRepo;

use crate::ground::{Ground, tree, write};

/// Six kills each.
const ROUNDS: usize = 18;
/// Files in the repository, so that git takes its time over them.
const FILES: usize = 3_000;
/// Files of these that each piece of news of the base changes.
const NEWS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a process may need to end and its parent to notice.
const MOMENT: Duration = Duration::from_secs(3);

/// What is asked of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operation {
    Make,
    Update,
    Discard,
    Restore,
    Merge,
    Purge,
}

/// Asks for operations and kills the runner somewhere within them.
struct Killer {
    random: Random,
    /// What each takes when nobody kills it.
    takes: BTreeMap<Operation, Duration>,
    killed: usize,
    /// Kills that came before the answer.
    hits: usize,
}

impl Killer {
    /// Asks; `spared` measures how long it takes instead of killing.
    async fn ask(
        &mut self,
        ground: &Ground,
        operation: Operation,
        request: (Method, String, Value),
        spared: bool,
    ) -> Answer {
        let (method, path, body) = request;
        let old = eventually("a runner is there", || async { ground.instance.runner() }).await.pid;
        eventually("it answers", || async {
            (ground.client().get("/api/agents").await.status == 200).then_some(())
        })
        .await;
        let begun = Instant::now();
        let client = ground.client().clone();
        let asking = tokio::spawn(async move { client.call(method, &path, &[], Some(&body)).await });
        if spared {
            let answer = asking.await.expect("the call is answered");
            self.takes.insert(operation, begun.elapsed());
            return answer;
        }
        let span = self.takes[&operation].as_micros() as u64;
        tokio::time::sleep(Duration::from_micros(self.random.below(span.max(1)))).await;
        self.hits += usize::from(!asking.is_finished());
        self.killed += 1;
        signal(old, Signal::KILL);
        let answer = asking.await.expect("the call is answered");
        eventually("another runner is there", || async {
            ground.instance.runner().filter(|runner| runner.pid != old)
        })
        .await;
        answer
    }
}

fn post(workspace: &Value, verb: &str, body: Value) -> (Method, String, Value) {
    (Method::POST, format!("/api/workspaces/{}/{verb}", id(workspace)), body)
}

/// Waits until nothing is under way in a workspace.
async fn settled(ground: &Ground, workspace: &Value) -> Value {
    let settled = || async {
        let now = ground.client().now("workspaces", workspace).await;
        ["ready", "merged", "discarded", "failed"].contains(&text(&now, "status")).then_some(now)
    };
    within(PATIENCE, &format!("workspace {} is settled", id(workspace)), settled).await.0
}

/// Asks again until the call goes through: a runner that was just killed is there again soon.
async fn insist(ground: &Ground, request: (Method, String, Value)) -> Answer {
    let (method, path, body) = request;
    let what = format!("{method} {path} is answered");
    let asked = || async {
        let answer = ground.client().call(method.clone(), &path, &[], Some(&body)).await;
        (answer.status != 503).then_some(answer)
    };
    within(PATIENCE, &what, asked).await.0
}

/// Every file of a worktree but git's own.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if entry.file_type().expect("a kind").is_dir() {
                folders.push(path);
            } else if name != ".git" {
                let name = path.strip_prefix(root).expect("below the root").display().to_string();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// A file that every file of the base is like, as of a piece of news.
fn content(number: usize, news: usize) -> String {
    format!("{number} as of {news}\n").repeat(40)
}

/// Work that is committed, staged, changed on top of that, untracked and ignored.
fn work(ground: &Ground, workspace: &Value, round: usize) {
    write(workspace, "committed.txt", format!("committed {round}\n"));
    ground.git_in(workspace, &["add", "committed.txt"]);
    ground.git_in(workspace, &["commit", "-qm", "Work"]);
    write(workspace, "staged.txt", format!("staged {round}\n"));
    ground.git_in(workspace, &["add", "staged.txt"]);
    write(workspace, "staged.txt", format!("staged {round}, then changed\n"));
    write(workspace, "README.md", format!("# Changed in round {round}\n"));
    write(workspace, "deep/untracked.txt", format!("untracked {round}\n"));
    write(workspace, "ignored.log", format!("ignored {round}\n"));
}

/// What [`work`] left in the worktree, and nothing else of it.
fn mine(all: &BTreeMap<String, Vec<u8>>) -> Vec<(&String, &Vec<u8>)> {
    let names = ["README.md", "committed.txt", "deep/untracked.txt", "ignored.log", "staged.txt"];
    all.iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
}

async fn busy_ground() -> Ground {
    let repo = TempRepo::new();
    repo.write(".gitignore", "*.log\n");
    for number in 0..FILES {
        repo.write(format!("src/{}/{number}.txt", number % 50), content(number, 0));
    }
    repo.commit("Many files");
    Ground::of(repo, Setup::default()).await
}

/// One life of a workspace, every operation of which is killed unless `spared`.
async fn life(ground: &Ground, killer: &mut Killer, round: usize, spared: bool) {
    let task = ground.client().task(&ground.project, &format!("Round {round}")).await;
    let workspaces = format!("/api/tasks/{}/workspaces", id(&task));
    killer.ask(ground, Operation::Make, (Method::POST, workspaces.clone(), json!({})), spared).await;
    let workspace = settled(ground, &ground.client().list(&workspaces).await[0]).await;
    assert_eq!(workspace["status"], "ready", "{workspace}");
    assert_eq!(ground.git_in(&workspace, &["status", "--porcelain"]), "");
    let listed = ground.repo.git(["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(files(&tree(&workspace)).len(), listed.lines().count());

    work(ground, &workspace, round);
    let before = files(&tree(&workspace));
    let news = round + 1;
    for number in (round..).step_by(3).take(NEWS).map(|number| number % FILES) {
        ground.repo.write(format!("src/{}/{number}.txt", number % 50), content(number, news));
    }
    ground.repo.commit("News");
    let strategy = if round.is_multiple_of(2) { "rebase" } else { "merge" };
    let update = || post(&workspace, "update", json!({"strategy": strategy, "on_conflict": "abort"}));
    killer.ask(ground, Operation::Update, update(), spared).await;
    insist(ground, update()).await.expect(200);
    let updated = files(&tree(&workspace));
    assert_eq!(mine(&updated), mine(&before), "round {round}: {strategy}");
    let number = round % FILES;
    assert_eq!(updated[&format!("src/{}/{number}.txt", number % 50)], content(number, news).into_bytes());
    assert_eq!(ground.git_in(&workspace, &["rev-list", "--count", "HEAD..main"]), "0");

    killer.ask(ground, Operation::Discard, post(&workspace, "discard", json!({})), spared).await;
    let now = settled(ground, &workspace).await;
    if now["status"] != "discarded" {
        assert_eq!(files(&tree(&now)), updated, "round {round}: it was undone");
        insist(ground, post(&workspace, "discard", json!({}))).await.expect(200);
    }
    killer.ask(ground, Operation::Restore, post(&workspace, "restore", json!({})), spared).await;
    if settled(ground, &workspace).await["status"] != "ready" {
        insist(ground, post(&workspace, "restore", json!({}))).await.expect(200);
    }
    assert_eq!(files(&tree(&workspace)), updated, "round {round}: discarded and restored");

    let strategy = ["squash", "merge", "rebase"][round % 3];
    let title = format!("Merge of round {round}");
    let merge = || post(&workspace, "merge", json!({"strategy": strategy, "message": title}));
    let answer = killer.ask(ground, Operation::Merge, merge(), spared).await;
    let now = settled(ground, &workspace).await;
    assert_eq!(mine(&files(&tree(&now))), mine(&updated), "round {round}: {strategy}");
    if answer.status != 200 {
        let again = insist(ground, merge()).await;
        assert!(again.status == 200 || again.json()["code"] == "nothing_to_merge", "{}", again.text());
    }
    let merged = ground.repo.git(["show", "main:deep/untracked.txt"]);
    assert_eq!(merged, format!("untracked {round}"), "round {round}: {strategy}");
    let subjects = ground.repo.git(["log", "--first-parent", "--format=%s", "main"]);
    assert_eq!(subjects.lines().filter(|line| *line == title).count(), 1, "round {round}: merged once");
    assert_eq!(ground.repo.git(["status", "--porcelain"]), "", "the person's checkout is right");

    insist(ground, post(&workspace, "discard", json!({}))).await.expect(200);
    let path = format!("/api/workspaces/{}", id(&workspace));
    let purge = || (Method::DELETE, path.clone(), json!({"branch": text(&workspace, "branch")}));
    killer.ask(ground, Operation::Purge, purge(), spared).await;
    let again = insist(ground, purge()).await;
    assert!([204, 404].contains(&again.status), "{}", again.text());
    assert_eq!(ground.repo.git(["worktree", "list"]).lines().count(), 1, "round {round}");
    let left = ground.repo.git(["for-each-ref", "--format=%(refname)", "refs/switchyard", "refs/heads"]);
    assert_eq!(left, "refs/heads/main", "round {round}");
}

#[tokio::test]
async fn a_runner_killed_anywhere_within_git_loses_not_a_byte_and_leaves_nothing_half_done() {
    let ground = busy_ground().await;
    let mut killer = Killer { random: Random::seeded(), takes: BTreeMap::new(), killed: 0, hits: 0 };
    life(&ground, &mut killer, 0, true).await;
    let begun = Instant::now();
    for round in 1..=ROUNDS {
        life(&ground, &mut killer, round, false).await;
    }
    let Killer { killed, hits, takes, .. } = killer;
    eprintln!("{killed} kills in {:?}, {hits} before the answer; unkilled: {takes:?}", begun.elapsed());
    assert!(killed >= 100 && hits * 2 >= killed, "{hits} of {killed} kills hit");
}

/// A `git` that waits for ever once there is a file `stall`, and says so.
fn git_that_stalls(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let real = std::env::split_paths(&std::env::var_os("PATH").expect("a path"))
        .map(|folder| folder.join("git"))
        .find(|git| git.is_file())
        .expect("git is installed");
    let script = format!(
        "#!/bin/sh\nif [ -e '{0}/stall' ]; then : > '{0}/stalled'; exec sleep 1000; fi\nexec '{1}' \"$@\"\n",
        folder.display(),
        real.display()
    );
    std::fs::write(folder.join("git"), script).expect("a script");
    std::fs::set_permissions(folder.join("git"), PermissionsExt::from_mode(0o755)).expect("a mode");
}

#[tokio::test]
async fn a_git_that_is_at_work_when_the_runner_is_killed_ends_with_it() {
    let programs = tempfile::tempdir().expect("a folder");
    git_that_stalls(programs.path());
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").expect("a path"));
    let setup = Setup { environment: vec![("PATH".to_owned(), path)], ..Setup::default() };
    let ground = Ground::of(TempRepo::new(), setup).await;
    let workspace = ground.workspace("Stall").await;
    std::fs::write(programs.path().join("stall"), "").expect("a file");
    let (client, path) = (ground.client().clone(), format!("/api/workspaces/{}/commit", id(&workspace)));
    let asking = tokio::spawn(async move { client.post(&path, json!({"message": "Work"})).await });
    eventually("git is at work", || async { programs.path().join("stalled").exists().then_some(()) }).await;
    let stalled = || ground.instance.descendants().into_iter().find(|one| one.command.contains("sleep 1000"));
    let pid = eventually("it is seen", || async { stalled() }).await.pid;
    std::fs::remove_file(programs.path().join("stall")).expect("it is there");
    ground.instance.kill9_runner();
    within(MOMENT, "git is gone", || async {
        ground.instance.descendants().iter().all(|one| one.pid != pid).then_some(())
    })
    .await;
    asking.await.expect("the call is answered").refused(503, "runner_unavailable");
    assert_eq!(ground.ask(&workspace, "commit", json!({"message": "Work"})).await.status, 200);
}
