//! `kill -9` of the runner in the middle of what it does with worktrees: the next one finishes or undoes it, and not a
//! byte of uncommitted work is lost.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use switchyard_integration::{Answer, Random, eventually, id, text, within};

use crate::ground::{Ground, tree, write};

const ROUNDS: u64 = 15;
/// Within which the kill falls, in milliseconds: what these operations take.
const SPAN: u64 = 120;
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts something and kills the runner somewhere in it; the answer may be anything.
async fn kill_during(ground: &Ground, random: &mut Random, path: &str, body: Value) -> Answer {
    let old = eventually("a runner is there", || async { ground.instance.runner() }).await.pid;
    let asking = tokio::spawn({
        let (client, path) = (ground.client().clone(), path.to_owned());
        async move { client.post(&path, body).await }
    });
    tokio::time::sleep(Duration::from_millis(random.below(SPAN))).await;
    switchyard_integration::signal(old, rustix::process::Signal::KILL);
    let answer = asking.await.expect("the call is answered");
    eventually("another runner is there", || async {
        ground.instance.runner().filter(|runner| runner.pid != old)
    })
    .await;
    answer
}

/// Waits until nothing is under way in a workspace.
async fn settled(ground: &Ground, workspace: &Value) -> Value {
    let what = format!("workspace {} is settled", id(workspace));
    let settled = || async {
        let now = ground.client().now("workspaces", workspace).await;
        ["ready", "merged", "discarded", "failed"].contains(&text(&now, "status")).then_some(now)
    };
    within(PATIENCE, &what, settled).await.0
}

/// Asks again until the call goes through: a runner that was just killed is there again soon.
async fn insist(ground: &Ground, workspace: &Value, verb: &str, body: Value) -> Value {
    let what = format!("{verb} goes through");
    let asked = || async {
        let answer = ground.ask(workspace, verb, body.clone()).await;
        assert!(answer.status == 200 || answer.status == 503, "{verb}: {}", answer.text());
        (answer.status == 200).then(|| answer.json())
    };
    within(PATIENCE, &what, asked).await.0
}

fn precious(workspace: &Value) {
    write(workspace, "README.md", "# Changed and not committed\n");
    write(workspace, "untracked.txt", "untracked\n");
    write(workspace, "ignored.log", "ignored\n");
}

fn assert_precious(folder: &Path) {
    for (file, content) in [
        ("README.md", "# Changed and not committed\n"),
        ("untracked.txt", "untracked\n"),
        ("ignored.log", "ignored\n"),
    ] {
        let found = std::fs::read_to_string(folder.join(file));
        assert_eq!(found.ok().as_deref(), Some(content), "{file} in {}", folder.display());
    }
}

async fn ground() -> Ground {
    let repo = switchyard_testkit::repo::TempRepo::new();
    repo.write(".gitignore", "*.log\n");
    for number in 0..200 {
        repo.write(format!("src/{number}.txt"), format!("{number}\n").repeat(50));
    }
    repo.commit("More");
    Ground::of(repo, switchyard_integration::Setup::default()).await
}

#[tokio::test]
async fn a_workspace_whose_making_was_killed_is_made_in_the_end() {
    let (ground, mut random) = (ground().await, Random::seeded());
    for round in 0..ROUNDS {
        let task = ground.client().task(&ground.project, &format!("Make {round}")).await;
        let path = format!("/api/tasks/{}/workspaces", id(&task));
        kill_during(&ground, &mut random, &path, json!({})).await;
        for made in ground.client().list(&path).await {
            let made = settled(&ground, &made).await;
            assert_eq!(made["status"], "ready", "{made}");
            assert_eq!(ground.git_in(&made, &["status", "--porcelain"]), "");
            assert!(tree(&made).join("src/199.txt").exists());
        }
    }
}

#[tokio::test]
async fn a_discard_or_restore_that_was_killed_loses_not_a_byte() {
    let (ground, mut random) = (ground().await, Random::seeded());
    for round in 0..ROUNDS {
        let workspace = ground.workspace(&format!("Discard {round}")).await;
        precious(&workspace);
        let path = format!("/api/workspaces/{}", id(&workspace));
        kill_during(&ground, &mut random, &format!("{path}/discard"), json!({})).await;
        if settled(&ground, &workspace).await["status"] != "discarded" {
            insist(&ground, &workspace, "discard", json!({})).await;
        }
        kill_during(&ground, &mut random, &format!("{path}/restore"), json!({})).await;
        if settled(&ground, &workspace).await["status"] != "ready" {
            insist(&ground, &workspace, "restore", json!({})).await;
        }
        let restored = ground.client().now("workspaces", &workspace).await;
        assert_precious(&tree(&restored));
        assert_eq!(ground.git_in(&restored, &["branch", "--show-current"]), text(&workspace, "branch"));
    }
}

#[tokio::test]
async fn a_merge_that_was_killed_is_done_or_not_begun_and_can_be_asked_for_again() {
    let (ground, mut random) = (ground().await, Random::seeded());
    for round in 0..ROUNDS {
        let workspace = ground.workspace(&format!("Merge {round}")).await;
        let file = format!("merged-{round}.txt");
        write(&workspace, &file, format!("{round}\n"));
        let before = ground.repo.git(["rev-parse", "main"]);
        let path = format!("/api/workspaces/{}/merge", id(&workspace));
        let answer = kill_during(&ground, &mut random, &path, json!({"strategy": "squash"})).await;
        let now = settled(&ground, &workspace).await;
        assert_eq!(std::fs::read_to_string(tree(&now).join(&file)).unwrap(), format!("{round}\n"));
        let again = || async {
            let answer = ground.ask(&workspace, "merge", json!({"strategy": "squash"})).await;
            assert!([200, 409, 503].contains(&answer.status), "{}", answer.text());
            (answer.status != 503).then_some(answer)
        };
        if answer.status != 200 {
            let again = within(PATIENCE, "the merge is answered", again).await.0;
            assert!(again.status == 200 || again.json()["code"] == "nothing_to_merge", "{}", again.text());
        }
        assert_eq!(ground.repo.git(["rev-list", "--count", &format!("{before}..main")]), "1", "merged once");
        assert_eq!(std::fs::read_to_string(ground.repo.path().join(&file)).unwrap(), format!("{round}\n"));
        assert_eq!(ground.repo.git(["status", "--porcelain"]), "", "the person's checkout is right");
    }
}

#[tokio::test]
async fn a_rewind_that_was_killed_leaves_every_byte_in_the_checkpoint_before_it() {
    let (ground, mut random) = (ground().await, Random::seeded());
    for round in 0..ROUNDS {
        let workspace = ground.workspace(&format!("Rewind {round}")).await;
        let first = ground.ask(&workspace, "checkpoints", json!({})).await.expect(201);
        precious(&workspace);
        let saved = ground.ask(&workspace, "checkpoints", json!({})).await.expect(201);
        let path = format!("/api/workspaces/{}/rewind", id(&workspace));
        kill_during(&ground, &mut random, &path, json!({"checkpoint": first["number"]})).await;
        insist(&ground, &workspace, "rewind", json!({"checkpoint": saved["number"]})).await;
        assert_precious(&tree(&workspace));
    }
}
