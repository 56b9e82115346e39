//! The view through which PostgreSQL's search asks its index: it shows words of what is reached, and nothing else.

use switchyard_domain::Role;
use switchyard_domain::access::{NewAccess, ProjectRole, Subject};
use switchyard_domain::store::*;

use crate::fixture::{behind, column};
use crate::row_level_security::{count, reach, world};

/// The view that search asks is its owner's, whom no policy holds there: it has to say by itself what is reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_words_of_tasks_are_those_of_the_projects_that_a_transaction_reaches() {
    let w = world().await;
    let mut app = behind(&w.app).await;
    let eve = w.alice.colleague("Eve", Role::Viewer).await;
    let bob = w.alice.colleague("Bob", Role::Member).await;
    let open = w.alice.project("Open").await;
    w.alice.task(open.id, "Open to all").await;
    let closed = w.alice.project("Closed").await;
    w.alice.task(closed.id, "Closed to most").await;
    let entries = vec![(Subject::User(eve.user()), ProjectRole::Viewer)];
    let access = NewAccess { restricted: true, entries };
    w.alice.db.set_access(&w.alice.act("access.update"), closed.id, closed.version, &access).await.unwrap();

    for scope in [Some(w.alice.alice), Some(w.mallory.alice), Some(eve), Some(bob), None] {
        let transaction = app.transaction().await.unwrap();
        if let Some(scope) = scope {
            reach(&transaction, scope).await;
        }
        let [words, tasks] =
            ["task_id FROM task_words", "id FROM tasks"].map(|what| format!("SELECT {what} ORDER BY 1"));
        let named: Vec<uuid::Uuid> = column(transaction.client(), &words).await;
        let seen: Vec<uuid::Uuid> = column(transaction.client(), &tasks).await;
        assert_eq!(named, seen, "{scope:?}");
        assert_eq!(seen.is_empty(), scope.is_none(), "{scope:?}");
        let sql = "SELECT count(*) FROM task_words WHERE words @@ query_in_project(project_id, 'closed')";
        let knows = scope == Some(w.alice.alice) || scope == Some(eve);
        assert_eq!(count(transaction.client(), sql).await > 0, knows, "{scope:?}");
    }
    // It tells words to whoever may ask; to change it is nobody's.
    let change = "DELETE FROM task_words";
    assert_eq!(w.attempt(Some(w.alice.alice), change).await, Err("42501".to_owned()));
}

/// Of one organisation's tasks among those of others, by what the planner says it does as the role that serves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_by_words_asks_the_index() {
    let w = world().await;
    let mut app = behind(&w.app).await;
    let transaction = app.transaction().await.unwrap();
    reach(&transaction, w.alice.alice).await;
    transaction.batch_execute("SET LOCAL enable_seqscan = off").await.unwrap();
    let sql = "EXPLAIN SELECT task_id FROM task_words WHERE words @@ 'abc:*'::TSQUERY";
    let plan: Vec<String> = column(transaction.client(), sql).await;
    assert!(plan.iter().any(|line| line.contains("tasks_by_word")), "{plan:#?}");
}
