//! What only one of the engines has to do.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use switchyard_domain::store::*;
use switchyard_domain::task::TaskFilter;
use switchyard_domain::{Actor, ErrorKind, OrgId, PageRequest, ProjectId, Role, TaskId};
use switchyard_store::{Database, PostgresConfig, SqliteConfig};
use switchyard_testkit::postgres::Cluster;

use crate::fixture::{Fixture, Place, behind, column};

#[tokio::test]
async fn a_second_server_on_one_data_folder_is_told_who_has_it() {
    let f = Fixture::sqlite().await;
    let Place::Folder(folder) = &f.place else { panic!() };
    let config = SqliteConfig::new(folder.path().join("switchyard.db"));
    let error = Database::open_sqlite(&config).await.err().unwrap();
    assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "data_folder_in_use"));
    assert!(error.message.contains(&format!("process {}", std::process::id())), "{error}");
    f.db.close().await;
    Database::open_sqlite(&config).await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("switchyard.db");
    let novel = "It was a dark and stormy night. ".repeat(100);
    std::fs::write(&path, &novel).unwrap();
    let error = Database::open_sqlite(&SqliteConfig::new(&path)).await.err().unwrap();
    assert_eq!(error.code, "store_unavailable");
    assert!(error.message.contains("switchyard.db"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), novel);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error =
        Database::open_sqlite(&SqliteConfig::new(folder.path().join("no/such/db"))).await.err().unwrap();
    assert!(error.message.contains("no/such/db"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let f = Fixture::sqlite().await;
    let Place::Folder(folder) = &f.place else { panic!() };
    for name in ["switchyard.db", "switchyard.db-wal", "switchyard.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// A commit that need not make the log longer is on disk sooner.
#[tokio::test]
async fn the_log_is_made_long_once_somebody_works_and_loses_nothing_by_it() {
    let f = Fixture::sqlite().await;
    let Place::Folder(folder) = &f.place else { panic!() };
    let length = || std::fs::metadata(folder.path().join("switchyard.db-wal")).unwrap().len();
    let project = f.project("Shop").await.id;
    assert!(length() < 4 << 20, "a start does not wait for it");
    for number in 0..40 {
        f.task(project, &format!("Task {number}")).await;
    }
    let long = length();
    assert!(long > 15 << 20, "{long}");
    let database = folder.path().join("switchyard.db");
    assert!(std::fs::metadata(database).unwrap().len() < 4 << 20, "nothing of it is in the database");
    f.task(project, "One more").await;
    assert_eq!(length(), long);
    let tasks =
        f.db.tasks(&f.alice, project, &TaskFilter::default(), &PageRequest::new(Some(100), None))
            .await
            .unwrap();
    assert_eq!(tasks.items.len(), 41);
}

/// Failing jobs share commits with good ones: each is rolled back alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_fails_takes_no_other_down_with_it() {
    let f = Fixture::sqlite().await;
    let project = f.project("Shop").await.id;
    let job = |number: usize| {
        let f = &f;
        async move {
            if number.is_multiple_of(3) {
                // Deletes one task, and then fails at another, which is not there.
                let victim = f.task(project, &format!("victim {number}")).await;
                let change = BulkChange { delete: true, ..BulkChange::default() };
                let ids = [victim.id, TaskId::new()];
                f.db.update_tasks(&f.act("task.bulk"), project, &ids, &change).await.map(drop)
            } else {
                f.db.create_task(&f.act("task.create"), project, &crate::fixture::new_task("good"))
                    .await
                    .map(drop)
            }
        }
    };
    let outcomes = join_all((0..300).map(job)).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 100);
    assert!(
        outcomes.iter().flat_map(|outcome| outcome.as_ref().err()).all(|e| e.kind == ErrorKind::NotFound)
    );
    assert_eq!((f.board(project).await.len(), f.head().await), (300, 301));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_of_one_replica_wakes_the_other() {
    let f = Fixture::postgres().await;
    let Place::Server { url } = &f.place else { panic!() };
    let other = Arc::new(Database::open_postgres(&crate::fixture::serving(url)).await.unwrap());
    let mut wake_ups = other.wake_ups(&f.alice);
    let mut elsewhere = other.wake_ups(&f.mallory);
    for waiting in [&mut wake_ups, &mut elsewhere] {
        while tokio::time::timeout(Duration::from_millis(500), waiting.woken()).await.is_ok() {}
    }
    f.project("Shop").await;
    tokio::time::timeout(Duration::from_secs(5), wake_ups.woken()).await.unwrap();
    assert_eq!(other.feed_head(&f.alice).await.unwrap(), 1);
    let told = tokio::time::timeout(Duration::from_millis(200), elsewhere.woken()).await;
    assert!(told.is_err(), "nothing happened in the other organisation");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_lost_while_nobody_used_them_cost_nobody_an_error() {
    let f = Fixture::postgres().await;
    let Place::Server { url } = &f.place else { panic!() };
    let superuser = behind(url).await;
    let ours = "pid <> pg_backend_pid() AND datname = current_database() AND application_name = 'switchyard'";
    for round in 0..3 {
        // So many at once that all of them are in use.
        let asked = join_all((0..40).map(|_| f.db.feed_head(&f.alice))).await;
        assert!(asked.iter().all(Result::is_ok), "{asked:?}");
        let sql = format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {ours}");
        let ended: i64 = superuser.query_one_scalar(&sql, &[]).await.unwrap();
        assert!(ended > 2, "{ended}");
        f.project(&format!("Shop {round}")).await;
        assert_eq!(f.head().await, round + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_leaves_no_transaction_behind() {
    let f = Fixture::postgres().await;
    let Place::Server { url } = &f.place else { panic!() };
    let act = f.act("project.create");
    let org = OrgId::new();
    let stranger = Actor::authenticated(act.scope.user(), vec![(org, Role::Admin)]).scope(org).unwrap();
    let nowhere = Act { scope: stranger, ..act.clone() };
    for _ in 0..5 {
        // By the statement that begins it, by one within it, and by the database itself.
        f.db.create_project(&nowhere, "Shop", &Default::default()).await.unwrap_err();
        f.db.update_project(&act, ProjectId::new(), 1, &Default::default()).await.unwrap_err();
        f.db.create_project(&act, "\0", &Default::default()).await.unwrap_err();
        f.db.project(&f.alice, ProjectId::new()).await.unwrap_err();
    }
    let open = "SELECT state FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'switchyard' AND state LIKE '%transaction%'";
    let superuser = behind(url).await;
    // A rollback is not waited for.
    let deadline = tokio::time::Instant::now() + Duration::from_secs(3);
    while !column::<String>(&superuser, open).await.is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "a transaction was left open");
    }
    f.project("Shop").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_waits_for_what_is_under_way_and_refuses_the_rest() {
    let f = Fixture::postgres().await;
    let under_way = tokio::spawn({
        let (db, act) = (f.db.clone(), f.act("project.create"));
        async move { db.create_project(&act, "Shop", &Default::default()).await }
    });
    tokio::task::yield_now().await;
    f.db.close().await;
    let refused = f.db.feed_head(&f.alice).await.unwrap_err();
    assert_eq!(refused.code, "store_closed");
    match under_way.await.unwrap() {
        Ok(project) => assert_eq!(project.name, "Shop"),
        Err(error) => assert_eq!(error.code, "store_closed"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_together_migrate_once() {
    let url = Cluster::shared().unwrap().database().unwrap();
    let config = PostgresConfig::new(&url);
    let opened = join_all((0..4).map(|_| Database::open_postgres(&config))).await;
    for db in opened {
        db.unwrap().ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named_without_its_password() {
    let config = PostgresConfig::new("postgres://user:hunter2@127.0.0.1:1/none");
    let error = Database::open_postgres(&config).await.err().unwrap();
    assert_eq!((error.kind, error.code), (ErrorKind::Unavailable, "store_unavailable"));
    assert!(!format!("{error:?} {config:?}").contains("hunter2"));
    let error = Database::open_postgres(&PostgresConfig::new("nonsense")).await.err().unwrap();
    assert_eq!(error.field, Some("DATABASE_URL"));
}
