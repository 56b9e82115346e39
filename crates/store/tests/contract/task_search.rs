//! Tasks: searching them by words.

use switchyard_domain::store::*;
use switchyard_domain::task::{NewTask, TaskFilter, TaskPatch};
use switchyard_domain::{ErrorKind, PageRequest, ProjectId};

use crate::fixture::{Fixture, all, new_task};
use crate::tasks::moved;

crate::scenarios! {
    search_finds_all_words_and_the_beginning_of_the_last,
    search_takes_any_input_for_words,
    search_follows_edits,
    search_follows_what_happens_to_tasks_that_nobody_searched_for_yet,
    search_finds_all_of_very_many_new_tasks,
    search_finds_in_a_long_board_what_few_and_what_many_tasks_say,
    search_finds_words_longer_than_an_index_takes,
    search_stays_in_the_projects_that_somebody_sees,
}

async fn found(f: &Fixture, project: ProjectId, query: &str) -> String {
    let filter = TaskFilter { query: Some(query.to_owned()), ..TaskFilter::default() };
    f.titles(project, &filter).await.join(" ")
}

async fn searchable(f: &Fixture) -> ProjectId {
    let project = f.project("Shop").await.id;
    let tasks = [
        ("till", "The cash register in src/main.rs crashes", "bug"),
        ("door", "Call bob@example.com about the crash_handler", "größe"),
        ("roof", "Nothing to see here", "hard-ware"),
    ];
    for (title, description, label) in tasks {
        let new = NewTask {
            description: description.to_owned(),
            labels: vec![label.to_owned()],
            ..new_task(title)
        };
        f.db.create_task(&f.act("task.create"), project, &new).await.unwrap();
    }
    project
}

async fn search_finds_all_words_and_the_beginning_of_the_last(f: Fixture) {
    let project = searchable(&f).await;
    for (query, titles) in [
        ("till", "till"),
        ("TILL", "till"),
        ("cra", "till door"),
        ("crash", "till door"),
        ("crashes", "till"),
        ("crash cash", ""),
        ("cash crash", "till"),
        ("main", "till"),
        ("src/main.rs", "till"),
        ("handler", "door"),
        ("example", "door"),
        ("bob@example.com", "door"),
        ("größ", "door"),
        ("GRÖSSE", ""),
        ("ware", "roof"),
        ("bug", "till"),
        ("nowhere", ""),
        ("", "till door roof"),
        ("  ", "till door roof"),
    ] {
        assert_eq!(found(&f, project, query).await, titles, "{query}");
    }
}

async fn search_takes_any_input_for_words(f: Fixture) {
    let project = searchable(&f).await;
    for query in [
        "\"till",
        "till\"",
        "'till",
        "till*",
        "till OR",
        "NOT till",
        "title:till",
        "(till",
        "till)",
        "^till",
        "till & |",
        "!till",
        "till:*",
        "a:b <-> c",
        "\\",
        "till\\",
        "%",
        "_",
        "'; DROP TABLE tasks; --",
        "NEAR(till)",
        "-till",
        "+",
        "till\0",
        "\u{FEFF}till",
        "$1",
        "{till}",
        "日本語",
        "🚀",
        "ﬁ ǆ İ",
    ] {
        let filter = TaskFilter { query: Some(query.to_owned()), ..TaskFilter::default() };
        f.db.tasks(&f.alice, project, &filter, &all())
            .await
            .unwrap_or_else(|error| panic!("{query}: {error:?}"));
    }
    assert_eq!(found(&f, project, "\"till\" *").await, "till");
    assert_eq!(f.board(project).await.len(), 3);
}

async fn search_follows_edits(f: Fixture) {
    let project = searchable(&f).await;
    let till = f.board(project).await.remove(0);
    let patch = TaskPatch { description: Some("A new lamp".to_owned()), ..TaskPatch::default() };
    moved(&f, &till, patch).await;
    assert_eq!(
        (found(&f, project, "cash").await, found(&f, project, "lamp").await),
        (String::new(), "till".to_owned())
    );
    let patch = TaskPatch { labels: Some(vec!["shiny".to_owned()]), ..TaskPatch::default() };
    moved(&f, &till, patch).await;
    assert_eq!(
        (found(&f, project, "bug").await, found(&f, project, "shiny").await),
        (String::new(), "till".to_owned())
    );
    f.db.delete_task(&f.act("task.delete"), till.id, 3).await.unwrap();
    assert_eq!(found(&f, project, "lamp").await, "");
}

async fn search_follows_what_happens_to_tasks_that_nobody_searched_for_yet(f: Fixture) {
    let project = searchable(&f).await;
    let till = f.board(project).await.remove(0);
    let patch = TaskPatch { title: Some("counter".to_owned()), ..TaskPatch::default() };
    moved(&f, &till, patch).await;
    assert_eq!(
        (found(&f, project, "till").await, found(&f, project, "counter").await),
        (String::new(), "counter".to_owned())
    );
    // The newest is searched for, then purged: the next may get its place in the table.
    let roof = f.board(project).await.into_iter().find(|task| task.title == "roof").unwrap();
    f.db.delete_task(&f.act("task.delete"), roof.id, roof.version).await.unwrap();
    f.db.purge_task(&f.act("task.purge_expired"), roof.id, f.now()).await.unwrap();
    f.db.create_task(&f.act("task.create"), project, &new_task("cellar")).await.unwrap();
    assert_eq!(
        (found(&f, project, "roof").await, found(&f, project, "cellar").await),
        (String::new(), "cellar".to_owned())
    );
    // Made and purged with nobody searching in between.
    let attic = f.db.create_task(&f.act("task.create"), project, &new_task("attic")).await.unwrap();
    f.db.delete_task(&f.act("task.delete"), attic.id, attic.version).await.unwrap();
    f.db.purge_task(&f.act("task.purge_expired"), attic.id, f.now()).await.unwrap();
    f.db.create_task(&f.act("task.create"), project, &new_task("loft")).await.unwrap();
    assert_eq!(
        (found(&f, project, "attic").await, found(&f, project, "loft").await),
        (String::new(), "loft".to_owned())
    );
}

async fn search_finds_all_of_very_many_new_tasks(f: Fixture) {
    let project = f.project("Shop").await.id;
    for number in 0..1_203 {
        let title = format!("card {number}");
        f.db.create_task(&f.act("task.create"), project, &new_task(&title)).await.unwrap();
    }
    assert_eq!(found(&f, project, "card 1202").await, "card 1202");
    assert_eq!(found(&f, project, "card 600").await, "card 600");
}

/// Longer than what is looked through before an index is asked, and with words of more tasks than the index is left to
/// name; a page at a time.
async fn search_finds_in_a_long_board_what_few_and_what_many_tasks_say(f: Fixture) {
    let project = f.project("Shop").await.id;
    let other = f.project("Stall").await.id;
    for number in 0..2_300 {
        let common = if number < 100 { "early" } else { "late" };
        let rare = if number % 700 == 699 { "needle" } else { "hay" };
        let title = format!("card{number} {common} {rare}");
        f.db.create_task(&f.act("task.create"), project, &new_task(&title)).await.unwrap();
    }
    f.db.create_task(&f.act("task.create"), other, &new_task("card699 needle")).await.unwrap();
    for (query, count) in [
        ("needle", 3),
        ("needles", 0),
        ("needl", 3),
        ("late needle", 3),
        ("early needle", 0),
        ("card1399", 1),
        ("card139", 11),
        ("late", 2_200),
        ("hay", 2_297),
        ("early", 100),
        ("hay card22", 111),
    ] {
        for limit in [3, 40] {
            let filter = TaskFilter { query: Some(query.to_owned()), ..TaskFilter::default() };
            let mut page = PageRequest::new(Some(limit), None);
            let mut titles = Vec::new();
            loop {
                let found = f.db.tasks(&f.alice, project, &filter, &page).await.unwrap();
                titles.extend(found.items.into_iter().map(|task| task.title));
                let Some(next) = found.next_cursor else { break };
                page = PageRequest::new(Some(limit), Some(next));
                if titles.len() > 200 {
                    break;
                }
            }
            let all = count.min(titles.len().max(200));
            assert!(titles.len() >= all, "{query}: {} of {count}", titles.len());
            assert!(count > 200 || titles.len() == count, "{query}: {titles:?}");
            let words: Vec<&str> = query.split(' ').collect();
            for title in &titles {
                assert!(words.iter().all(|word| title.contains(word)), "{query}: {title}");
            }
        }
    }
}

async fn search_finds_words_longer_than_an_index_takes(f: Fixture) {
    let project = f.project("Shop").await.id;
    let (long, longer) = ("x".repeat(2_040), "ü".repeat(1_000));
    for (title, description) in [
        ("one", format!("{long} {longer}a")),
        ("two", format!("{}y", &long[..2_030])),
        ("three", format!("{longer}b")),
    ] {
        let new = NewTask { description, ..new_task(title) };
        f.db.create_task(&f.act("task.create"), project, &new).await.unwrap();
    }
    for (query, titles) in [
        (long.clone(), "one"),
        (long[..2_030].to_owned(), "one two"),
        (format!("{}y", &long[..2_030]), "two"),
        (longer.clone(), "one three"),
        (format!("{longer}b"), "three"),
        (format!("{longer}a one"), "one"),
        (format!("{longer}a two"), ""),
    ] {
        let kind: String = query.chars().rev().take(5).collect();
        assert_eq!(found(&f, project, &query).await, titles, "…{kind}");
    }
}

async fn search_stays_in_the_projects_that_somebody_sees(f: Fixture) {
    let project = searchable(&f).await;
    let filter = TaskFilter { query: Some("till".to_owned()), ..TaskFilter::default() };
    assert_eq!(f.titles(project, &filter).await, ["till"]);
    let error = f.db.tasks(&f.mallory, project, &filter, &all()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}
