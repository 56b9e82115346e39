//! Searching tasks by words.
//!
//! PostgreSQL keeps what is searched in a column of the task, with an index that only a view reads
//! (`migrations/postgres/0011_search_under_row_level_security.sql`). SQLite keeps it in an index of its own, which takes
//! new tasks in when somebody searches (`migrations/sqlite/0003_search_takes_tasks_in_later.sql`).

#[cfg(feature = "postgres")]
use switchyard_domain::ProjectId;
use switchyard_domain::Result;

use crate::database::Database;
use crate::reach::Reach;
use crate::tx::{Dialect, Tx};
use crate::value::values;

/// Tasks that one transaction takes into the index at most, so that other writes do not wait long.
const TAKEN_IN: i64 = 500;

/// That the words of `?` stand in the task `t`.
pub(super) fn condition(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "t.row_number IN (SELECT rowid FROM task_search WHERE task_search MATCH ?)",
        #[cfg(feature = "postgres")]
        Dialect::Postgres => "t.search @@ to_tsquery('simple', ?)",
    }
}

/// The same, by PostgreSQL's index. It takes long words for others that begin alike: on top of [`condition`]. An array, so
/// that the planner begins with the index, whatever it takes the words for.
#[cfg(feature = "postgres")]
pub(super) const BY_INDEX: &str = "t.id = ANY (ARRAY(SELECT w.task_id FROM task_words w
    WHERE w.project_id = $2 AND w.words @@ query_in_project($2, to_tsquery('simple', ?))))";

/// How many tasks the index may name for reading these to be quicker than going through the board in its order.
#[cfg(feature = "postgres")]
const NAMED: i64 = 500;

/// Whether few enough tasks of the project have the words.
#[cfg(feature = "postgres")]
pub(super) async fn are_rare(tx: &mut Tx, project: ProjectId, words: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM (SELECT FROM task_words w
                   WHERE w.project_id = $1 AND w.words @@ query_in_project($1, to_tsquery('simple', $2)) LIMIT $3) few";
    let named: Option<i64> = tx.row(sql, &values![project, words, NAMED + 1], |row| row.get()).await?;
    Ok(named.is_some_and(|named| named <= NAMED))
}

/// What asks for all words of `query`, the last of them perhaps as the beginning of one; `None` where there are no words.
///
/// What reaches the engines' query languages is letters and digits alone, so nobody's input can be syntax.
pub(super) fn words(query: &str, dialect: Dialect) -> Option<String> {
    let query = query.to_lowercase();
    let words: Vec<&str> =
        query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return None;
    }
    Some(match dialect {
        Dialect::Sqlite => {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            format!("{}*", quoted.join(" "))
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => format!("{}:*", words.join(" & ")),
    })
}

/// Takes into the index what it does not have yet, so that a search finds every task that was there before it.
pub(super) async fn catch_up(database: &Database) -> Result<()> {
    while database.read(Reach::Nothing, |tx| Box::pin(is_behind(tx))).await? {
        database.transact(Reach::Nothing, |tx| Box::pin(take_in(tx))).await?;
    }
    Ok(())
}

async fn is_behind(tx: &mut Tx) -> Result<bool> {
    match tx.dialect() {
        Dialect::Sqlite => {
            let sql =
                "SELECT 1 FROM tasks WHERE row_number > (SELECT indexed FROM task_search_state) LIMIT 1";
            Ok(tx.row(sql, &[], |_| Ok(())).await?.is_some())
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => Ok(false),
    }
}

async fn take_in(tx: &mut Tx) -> Result<()> {
    let some =
        "FROM tasks WHERE row_number > (SELECT indexed FROM task_search_state) ORDER BY row_number LIMIT $1";
    let index = format!(
        "INSERT INTO task_search (rowid, title, description, labels)
         SELECT row_number, title, description, labels {some}"
    );
    tx.send(&index, &values![TAKEN_IN]).await?;
    let advance = format!(
        "UPDATE task_search_state SET indexed = (SELECT COALESCE(MAX(row_number), indexed) FROM (SELECT row_number {some}))"
    );
    tx.send(&advance, &values![TAKEN_IN]).await
}
