//! Tasks: editing, moving, searching.

use std::collections::HashSet;

use serde_json::{Value, json};
use switchyard_integration::{Client, Instance, id, text};

async fn titles(client: &Client, project: &str, query: &str) -> Vec<String> {
    let tasks = client.list(&format!("/api/projects/{project}/tasks?{query}")).await;
    tasks.iter().map(|task| text(task, "title").to_owned()).collect()
}

fn path(task: &Value) -> String {
    format!("/api/tasks/{}", id(task))
}

#[tokio::test]
async fn a_task_lives_from_creation_to_deletion_and_back() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let body = json!({"title": " Fix it ", "description": "## Why\n\n* so", "priority": "high", "labels": ["a", "a", "b "]});
    let task = client.post(&format!("/api/projects/{project}/tasks"), body).await.expect(201);
    assert_eq!(task["title"], "Fix it");
    assert_eq!(task["labels"], json!(["a", "b"]));
    assert_eq!((&task["status"], &task["priority"]), (&json!("todo"), &json!("high")));
    assert!(task["latest_session"].is_null());

    let edit =
        json!({"title": "Fixed", "status": "in_review", "labels": [], "priority": "none", "description": ""});
    let edited = client.patch(&path(&task), 1, edit).await.expect(200);
    assert_eq!((&edited["title"], &edited["status"]), (&json!("Fixed"), &json!("in_review")));
    assert_eq!(edited["version"], 2);
    let counts = client.get(&format!("/api/projects/{project}")).await.expect(200)["task_counts"].clone();
    assert_eq!((&counts["todo"], &counts["in_review"]), (&json!(0), &json!(1)));

    assert_eq!(client.delete(&path(&task), 2).await.status, 204);
    assert!(titles(client, &project, "").await.is_empty());
    assert_eq!(titles(client, &project, "deleted=true").await, ["Fixed"]);
    client.patch(&path(&task), 3, json!({"title": "While deleted"})).await.refused(409, "deleted");
    let restored = client.post(&format!("{}/restore", path(&task)), json!({})).await.expect(200);
    assert!(restored["deleted_at"].is_null());
    assert_eq!(titles(client, &project, "").await, ["Fixed"]);
}

#[tokio::test]
async fn an_edit_of_what_somebody_else_changed_gets_the_current_task_back() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let task = client.task(&project, "Mine").await;
    let theirs = client.patch(&path(&task), 1, json!({"title": "Theirs"})).await.expect(200);
    let problem = client.patch(&path(&task), 1, json!({"title": "Mine again"})).await.refused(409, "stale");
    assert_eq!(problem["current"], theirs);
    let problem = client.delete(&path(&task), 1).await.refused(409, "stale");
    assert_eq!(problem["current"], theirs);
    assert_eq!(client.now("tasks", &task).await, theirs);
}

#[tokio::test]
async fn of_two_windows_that_save_at_once_exactly_one_wins() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let mut task = client.task(&project, "Start").await;
    for round in 0..20 {
        let version = task["version"].as_i64().unwrap();
        let here = path(&task);
        let saves =
            (0..4).map(|window| client.patch(&here, version, json!({"title": format!("{round}-{window}")})));
        let answers = futures_util::future::join_all(saves).await;
        let won: Vec<&_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(won.len(), 1, "round {round}");
        task = won[0].json();
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(lost.refused(409, "stale")["current"], task);
        }
    }
}

#[tokio::test]
async fn what_a_task_may_say_is_bounded_and_every_bound_is_named() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let tasks = format!("/api/projects/{project}/tasks");
    let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    for (body, field) in [
        (json!({"title": ""}), "title"),
        (json!({"title": "two\nlines"}), "title"),
        (json!({"title": "x".repeat(501)}), "title"),
        (json!({"title": "nul \u{0}"}), "title"),
        (json!({"title": "T", "description": "x".repeat(256 * 1024 + 1)}), "description"),
        (json!({"title": "T", "description": "nul \u{0}"}), "description"),
        (json!({"title": "T", "labels": many}), "labels"),
        (json!({"title": "T", "labels": ["x".repeat(51)]}), "labels"),
        (json!({"title": "T", "labels": [""]}), "labels"),
        (json!({"title": "T", "status": "flying"}), "body"),
    ] {
        let problem = client.post(&tasks, body).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let widest =
        json!({"title": "ß".repeat(500), "description": "é".repeat(128 * 1024), "labels": many[..20]});
    let task = client.post(&tasks, widest).await.expect(201);
    assert_eq!(client.now("tasks", &task).await, task);
    let elsewhere = format!("/api/projects/{}/tasks", uuid::Uuid::now_v7());
    client.post(&elsewhere, json!({"title": "T"})).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_card_goes_where_it_is_dropped() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let mut cards = Vec::new();
    for title in ["A", "B", "C", "D"] {
        cards.push(client.task(&project, title).await);
    }
    let move_to = async |card: &Value, body: Value| {
        let version = client.now("tasks", card).await["version"].as_i64().unwrap();
        client.patch(&path(card), version, body).await.expect(200)
    };
    move_to(&cards[3], json!({"before": id(&cards[0])})).await;
    assert_eq!(titles(client, &project, "").await, ["D", "A", "B", "C"]);
    move_to(&cards[3], json!({"after": id(&cards[1])})).await;
    assert_eq!(titles(client, &project, "").await, ["A", "B", "D", "C"]);
    let moved = move_to(&cards[0], json!({"status": "done"})).await;
    assert_eq!(moved["status"], "done");
    move_to(&cards[1], json!({"status": "done", "before": id(&cards[0])})).await;
    assert_eq!(titles(client, &project, "").await, ["D", "C", "B", "A"]);
    assert_eq!(titles(client, &project, "status=done").await, ["B", "A"]);

    let task = client.now("tasks", &cards[2]).await;
    let version = task["version"].as_i64().unwrap();
    client.patch(&path(&task), version, json!({"before": id(&task)})).await.refused(422, "invalid");
    assert_eq!(client.now("tasks", &task).await, task);
}

#[tokio::test]
async fn a_card_dropped_beside_one_that_has_left_goes_to_the_end_of_the_column() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let gone = client.task(&project, "gone").await;
    let moved = client.task(&project, "moved").await;
    client.task(&project, "stays").await;
    client.delete(&path(&gone), 1).await;
    client.patch(&path(&moved), 1, json!({"before": id(&gone)})).await.expect(200);
    assert_eq!(titles(client, &project, "").await, ["stays", "moved"]);
}

#[tokio::test]
async fn two_hundred_moves_into_the_same_gap_keep_the_order() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let first = client.task(&project, "first").await;
    client.task(&project, "last").await;
    let mut expected = vec!["first".to_owned()];
    for number in 0..200 {
        let task = client.task(&project, &format!("{number}")).await;
        client.patch(&path(&task), 1, json!({"after": id(&first)})).await.expect(200);
        expected.insert(1, number.to_string());
    }
    expected.push("last".to_owned());
    assert_eq!(titles(client, &project, "limit=1000").await, expected);
}

#[tokio::test]
async fn many_tasks_change_at_once_all_or_none() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let other = client.project("Q").await;
    let stranger = client.task(&other, "Stranger").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(id(&client.task(&project, &format!("T{number}")).await).to_owned());
    }
    let bulk = format!("/api/projects/{project}/tasks/bulk");
    let set = json!({"status": "in_review", "priority": "low", "add_labels": ["swept"]});
    let changed = client.post(&bulk, json!({"ids": ids, "set": set})).await.expect(200);
    for task in changed["items"].as_array().unwrap() {
        assert_eq!((&task["status"], &task["labels"]), (&json!("in_review"), &json!(["swept"])));
    }
    let before = client.list(&format!("/api/projects/{project}/tasks")).await;
    for wrong in [uuid::Uuid::now_v7().to_string(), id(&stranger).to_owned()] {
        let mut with_wrong = ids.clone();
        with_wrong.push(wrong);
        let body = json!({"ids": with_wrong, "set": {"status": "done"}});
        client.post(&bulk, body).await.refused(404, "not_found");
    }
    assert_eq!(client.list(&format!("/api/projects/{project}/tasks")).await, before);
    client.post(&bulk, json!({"ids": []})).await.refused(422, "invalid");

    client.post(&bulk, json!({"ids": ids[..2], "set": {"remove_labels": ["swept"]}})).await.expect(200);
    assert_eq!(titles(client, &project, "label=swept").await.len(), 3);
    client.post(&bulk, json!({"ids": ids[..2], "delete": true})).await.expect(200);
    assert_eq!(titles(client, &project, "").await.len(), 3);
    assert_eq!(titles(client, &project, "deleted=true").await.len(), 2);
}

#[tokio::test]
async fn a_bulk_change_tells_which_tasks_it_left_alone_because_others_changed_them() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let (mine, theirs) = (client.task(&project, "Mine").await, client.task(&project, "Theirs").await);
    client.patch(&path(&theirs), 1, json!({"priority": "urgent"})).await.expect(200);

    let bulk = format!("/api/projects/{project}/tasks/bulk");
    let versions = json!({id(&mine): mine["version"], id(&theirs): theirs["version"]});
    let body = json!({"ids": [id(&mine), id(&theirs)], "versions": versions, "set": {"priority": "low"}});
    let told = client.post(&bulk, body).await.expect(200);
    assert_eq!((&told["items"][0]["title"], &told["items"][0]["priority"]), (&json!("Mine"), &json!("low")));
    assert_eq!(
        (&told["stale"][0]["title"], &told["stale"][0]["priority"]),
        (&json!("Theirs"), &json!("urgent"))
    );

    let versions = json!({id(&theirs): told["stale"][0]["version"]});
    let body = json!({"ids": [id(&theirs)], "versions": versions, "delete": true});
    let told = client.post(&bulk, body).await.expect(200);
    assert_eq!((told["items"].as_array().unwrap().len(), &told["stale"]), (1, &json!([])));
}

#[tokio::test]
async fn pages_together_hold_every_task_once_in_the_order_of_the_board() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    for number in 0..57 {
        let status = ["todo", "in_progress", "in_review", "done", "cancelled"][number % 5];
        let body = json!({"title": format!("T{number}"), "status": status});
        client.post(&format!("/api/projects/{project}/tasks"), body).await.expect(201);
    }
    let whole = client.list(&format!("/api/projects/{project}/tasks?limit=1000")).await;
    assert_eq!(whole.len(), 57);
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/api/projects/{project}/tasks?limit=10{cursor}")).await.expect(200);
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, whole);
    let ranks: Vec<usize> = whole
        .iter()
        .map(|task| {
            let order = ["todo", "in_progress", "in_review", "done", "cancelled"];
            order.iter().position(|status| task["status"] == *status).unwrap()
        })
        .collect();
    assert!(ranks.is_sorted());
}

#[tokio::test]
async fn filters_narrow_and_combine() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    for (title, status, priority, labels) in [
        ("one", "todo", "high", json!(["ui", "bug"])),
        ("two", "todo", "low", json!(["ui"])),
        ("three", "done", "high", json!(["bug"])),
    ] {
        let body = json!({"title": title, "status": status, "priority": priority, "labels": labels});
        client.post(&format!("/api/projects/{project}/tasks"), body).await.expect(201);
    }
    for (query, expected) in [
        ("status=todo", vec!["one", "two"]),
        ("status=todo,done", vec!["one", "two", "three"]),
        ("priority=high", vec!["one", "three"]),
        ("label=ui,bug", vec!["one"]),
        ("label=bug&status=done", vec!["three"]),
        ("label=u", vec![]),
        ("q=t&status=todo", vec!["two"]),
        ("q=thr&priority=low", vec![]),
    ] {
        assert_eq!(titles(client, &project, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn the_list_follows_each_write_at_once() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    for number in 1..=30 {
        client.task(&project, "T").await;
        assert_eq!(titles(client, &project, "").await.len(), number);
    }
}

#[tokio::test]
async fn search_finds_words_and_beginnings_and_takes_no_input_for_syntax() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let tasks = format!("/api/projects/{project}/tasks");
    for (title, description) in [
        ("Crash on start-up", "the launcher fails, see log"),
        ("Ärger im Menü", "Überlauf bei 100%"),
        ("NEAR miss", "AND OR NOT"),
    ] {
        client.post(&tasks, json!({"title": title, "description": description})).await.expect(201);
    }
    for (query, expected) in [
        ("crash", 1),
        ("CRA", 1),
        ("launcher%20crash", 1),
        ("launcher%20men", 0),
        ("%C3%BCberlauf", 1),
        ("100%25", 1),
        ("near", 1),
        ("not", 1),
        ("start-up", 1),
    ] {
        assert_eq!(titles(client, &project, &format!("q={query}")).await.len(), expected, "{query}");
    }
    let all: HashSet<String> = titles(client, &project, "").await.into_iter().collect();
    for hostile in [
        "%27%20OR%20%271%27=%271",
        "%22",
        "%22%22%22",
        "*",
        "title:crash",
        "NEAR(a%20b)",
        "a%20AND",
        "(",
        ")",
        "-",
        "%5E",
        "%27;%20DROP%20TABLE%20tasks;--",
        "%25",
        "_",
        "%5C",
        "{",
        "x%22%20OR%20rowid%20%3E%200",
        "%F0%9F%9A%82",
        "a*b",
    ] {
        let answer = client.get(&format!("{tasks}?q={hostile}")).await;
        assert_eq!(answer.status, 200, "{hostile}: {}", answer.text());
    }
    assert_eq!(titles(client, &project, "").await.into_iter().collect::<HashSet<_>>(), all);
}

#[tokio::test]
async fn a_search_follows_edits_and_deletions() {
    let instance = Instance::start().await;
    let client = instance.client();
    let project = client.project("P").await;
    let task = client.task(&project, "Apples").await;
    client.patch(&path(&task), 1, json!({"title": "Pears"})).await.expect(200);
    assert!(titles(client, &project, "q=apples").await.is_empty());
    assert_eq!(titles(client, &project, "q=pears").await, ["Pears"]);
    client.delete(&path(&task), 2).await;
    assert!(titles(client, &project, "q=pears").await.is_empty());
    assert_eq!(titles(client, &project, "q=pears&deleted=true").await, ["Pears"]);
}
