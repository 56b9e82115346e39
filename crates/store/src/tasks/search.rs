//! Searching tasks by words.
//!
//! PostgreSQL keeps what is searched in a column of the task. SQLite keeps it in an index of its own, which takes new
//! tasks in when somebody searches (`migrations/sqlite/0003_search_takes_tasks_in_later.sql`).

use switchyard_domain::Result;

use crate::database::Database;
use crate::reach::Reach;
use crate::tx::{Dialect, Tx};
use crate::value::values;

/// Tasks that one transaction takes into the index at most, so that other writes do not wait long.
const TAKEN_IN: i64 = 500;

/// The condition that all words of `query` stand in the task `t`, the last of them perhaps as the beginning of one, with
/// the value for its `?`; `None` where there are no words.
///
/// What reaches the engines' query languages is letters and digits alone, so nobody's input can be syntax.
pub(super) fn condition(query: &str, dialect: Dialect) -> Option<(&'static str, String)> {
    let query = query.to_lowercase();
    let words: Vec<&str> =
        query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return None;
    }
    Some(match dialect {
        Dialect::Sqlite => {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            (
                "t.row_number IN (SELECT rowid FROM task_search WHERE task_search MATCH ?)",
                format!("{}*", quoted.join(" ")),
            )
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => ("t.search @@ to_tsquery('simple', ?)", format!("{}:*", words.join(" & "))),
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
