//! Time that has passed: rows of a database are made older, which the product cannot tell from waiting.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use uuid::Uuid;

/// Lets `time` pass for one row: what `column` of it says is that much earlier. No server has the database open.
pub fn let_pass(database: &Path, table: &str, column: &str, row: Uuid, time: Duration) {
    let database = Connection::open(database).expect("a database");
    // The database counts microseconds.
    let time = i64::try_from(time.as_micros()).expect("a time that can pass");
    let sql = format!("UPDATE {table} SET {column} = {column} - ?1 WHERE id = ?2");
    let changed = database.execute(&sql, (time, row.as_bytes().as_slice())).expect("an update");
    assert_eq!(changed, 1, "{sql}");
}

/// As a program: database, table, column, id of the row, and seconds.
pub fn run(mut arguments: impl Iterator<Item = String>) {
    let mut next = |what: &str| arguments.next().unwrap_or_else(|| panic!("{what} comes next"));
    let (database, table, column) = (next("a database"), next("a table"), next("a column"));
    let row = next("the id of a row").parse().expect("an id");
    let seconds = next("a number of seconds").parse().expect("seconds");
    let_pass(Path::new(&database), &table, &column, row, Duration::from_secs(seconds));
}
