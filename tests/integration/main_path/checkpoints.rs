//! Going back, and forth again.

use serde_json::{Value, json};
use switchyard_integration::{acp, eventually, id};

use crate::ground::{Ground, tree, write};

fn read(workspace: &Value, path: &str) -> Option<String> {
    std::fs::read_to_string(tree(workspace).join(path)).ok()
}

async fn checkpoints(ground: &Ground, workspace: &Value) -> Vec<Value> {
    ground.client().list(&format!("/api/workspaces/{}/checkpoints", id(workspace))).await
}

#[tokio::test]
async fn every_turn_can_be_gone_back_to_and_forth_from() {
    let ground = Ground::new().await;
    let client = ground.client();
    let workspace = ground.workspace("Rewind").await;
    for turn in 1..=3 {
        let prompt = format!(
            "[[write state.txt|turn {turn}\n]] [[write only-{turn}.txt|{turn}\n]] [[shell rm -f only-1.txt.bak]]"
        );
        client.run_agent(&workspace, acp(), &prompt).await;
    }
    let of_turns = eventually("each turn left a checkpoint", || async {
        let taken = checkpoints(&ground, &workspace).await;
        let of_turns = taken.iter().filter(|point| point["reason"] == "turn");
        let of_turns: Vec<i64> = of_turns.map(|point| point["number"].as_i64().unwrap()).collect();
        (of_turns.len() == 3).then_some(of_turns)
    })
    .await;
    assert!(of_turns.is_sorted_by(|a, b| a > b), "newest first");

    let saved = ground.ask(&workspace, "rewind", json!({"checkpoint": of_turns[2]})).await.expect(200);
    assert_eq!(read(&workspace, "state.txt").as_deref(), Some("turn 1\n"));
    assert!(read(&workspace, "only-1.txt").is_some() && read(&workspace, "only-2.txt").is_none());
    assert_eq!(saved["number"], of_turns[0], "nothing changed since the last turn, which is saved already");

    ground.ask(&workspace, "rewind", json!({"checkpoint": saved["number"]})).await.expect(200);
    assert_eq!(read(&workspace, "state.txt").as_deref(), Some("turn 3\n"));
    assert!(read(&workspace, "only-2.txt").is_some() && read(&workspace, "only-3.txt").is_some());
    let missing = ground.ask(&workspace, "rewind", json!({"checkpoint": 999})).await;
    assert_eq!(missing.status, 404, "{}", missing.text());
}

#[tokio::test]
async fn a_checkpoint_by_hand_keeps_staged_unstaged_and_untracked_work() {
    let ground = Ground::new().await;
    let workspace = ground.workspace("Manual").await;
    write(&workspace, "staged.txt", "staged\n");
    ground.git_in(&workspace, &["add", "staged.txt"]);
    write(&workspace, "README.md", "# Edited\n");
    write(&workspace, "untracked.txt", "untracked\n");
    let point = ground.ask(&workspace, "checkpoints", json!({})).await.expect(201);
    assert_eq!(point["reason"], "manual");
    ground.git_in(&workspace, &["reset", "-q", "--hard"]);
    std::fs::remove_file(tree(&workspace).join("untracked.txt")).unwrap();
    write(&workspace, "later.txt", "later\n");
    ground.ask(&workspace, "rewind", json!({"checkpoint": point["number"]})).await.expect(200);
    assert_eq!(read(&workspace, "staged.txt").as_deref(), Some("staged\n"));
    assert_eq!(read(&workspace, "README.md").as_deref(), Some("# Edited\n"));
    assert_eq!(read(&workspace, "untracked.txt").as_deref(), Some("untracked\n"));
    assert_eq!(read(&workspace, "later.txt"), None, "it is in the checkpoint that the rewind took");
}
