//! Statements on PostgreSQL: prepared once per connection.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, Postgres};
use switchyard_domain::Result;

use crate::fault;
use crate::row::Columns;
use crate::tx::placeholders;
use crate::value::Value;

/// Rows per statement of a long insert.
const BATCH: usize = 256;

pub(crate) async fn execute(connection: &mut PgConnection, sql: &str, values: &[Value]) -> Result<u64> {
    let done = bound(sql, values).execute(connection).await.map_err(fault::postgres)?;
    Ok(done.rows_affected())
}

pub(crate) async fn rows<T>(
    connection: &mut PgConnection,
    sql: &str,
    values: &[Value],
    read: fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let rows = bound(sql, values).fetch_all(connection).await.map_err(fault::postgres)?;
    rows.iter().map(|row| read(&mut Columns::postgres(row))).collect()
}

/// Long statements of many rows: each statement is a round trip.
pub(crate) async fn insert_all(
    connection: &mut PgConnection,
    into: &str,
    width: usize,
    values: Vec<Value>,
) -> Result<()> {
    for batch in values.chunks(BATCH * width) {
        let count = batch.len() / width;
        let rows: Vec<String> = (0..count).map(|row| placeholders(row * width + 1, width)).collect();
        let sql = format!("INSERT INTO {into} VALUES {}", rows.join(", "));
        // Only full batches come again with the same text.
        let statement = bound(&sql, batch).persistent(count == BATCH);
        statement.execute(&mut *connection).await.map_err(fault::postgres)?;
    }
    Ok(())
}

/// The text is always one of this crate's own; what callers say comes in as values.
fn bound<'q>(sql: &str, values: &'q [Value]) -> Query<'q, Postgres, PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for value in values {
        query = match value {
            Value::Uuid(id) => query.bind(*id),
            Value::Text(text) => query.bind(text.as_deref()),
            Value::Int(number) => query.bind(*number),
            Value::Bool(flag) => query.bind(*flag),
            Value::Bytes(bytes) => query.bind(bytes.as_slice()),
            Value::Blob(bytes) => query.bind(bytes.as_deref()),
            Value::Json(document) => query.bind(Json(document)),
            Value::Time(at) => query.bind(*at),
        };
    }
    query
}
