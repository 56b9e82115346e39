//! Statements on PostgreSQL: prepared once per connection.

use std::error::Error as StdError;
use std::pin::pin;

use bytes::BytesMut;
use deadpool_postgres::Client;
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use switchyard_domain::Result;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Error, Row, Statement};

use super::begun::Begun;
use crate::row::Columns;
use crate::tx::placeholders;
use crate::value::Value;

/// Rows per statement of a long insert.
const BATCH: usize = 256;

/// A statement that is to be run. Its text is always one of this crate's own; what callers say comes in as values.
pub(crate) struct Ask {
    sql: String,
    values: Vec<Value>,
    /// Whether the text comes again, so that preparing it pays.
    recurs: bool,
}

/// What a statement came to.
pub(crate) struct Answer {
    rows: Vec<Row>,
    /// How many rows it found or changed.
    count: u64,
}

impl Ask {
    fn new(sql: &str, values: &[Value]) -> Self {
        Self { sql: sql.to_owned(), values: values.to_vec(), recurs: true }
    }
}

pub(crate) async fn execute(transaction: &mut Begun, sql: &str, values: &[Value]) -> Result<u64> {
    Ok(transaction.ask(Ask::new(sql, values)).await?.count)
}

pub(crate) async fn send(transaction: &mut Begun, sql: &str, values: &[Value]) -> Result<()> {
    transaction.send(Ask::new(sql, values)).await
}

pub(crate) async fn rows<T>(
    transaction: &mut Begun,
    sql: &str,
    values: &[Value],
    read: fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let answer = transaction.ask(Ask::new(sql, values)).await?;
    answer.rows.iter().map(|row| read(&mut Columns::postgres(row))).collect()
}

/// Long statements of many rows.
pub(crate) async fn insert_all(
    transaction: &mut Begun,
    into: &str,
    width: usize,
    values: Vec<Value>,
) -> Result<()> {
    for batch in values.chunks(BATCH * width) {
        let count = batch.len() / width;
        let rows: Vec<String> = (0..count).map(|row| placeholders(row * width + 1, width)).collect();
        let sql = format!("INSERT INTO {into} VALUES {}", rows.join(", "));
        // Only full batches come again with the same text.
        transaction.send(Ask { sql, values: batch.to_vec(), recurs: count == BATCH }).await?;
    }
    Ok(())
}

/// Prepares what is not prepared on this connection yet.
pub(super) async fn prepare(client: &Client, asked: &[Ask]) -> Result<Vec<Option<Statement>>, Error> {
    let mut prepared = Vec::with_capacity(asked.len());
    for ask in asked {
        prepared.push(match ask.recurs {
            true => Some(client.prepare_typed_cached(&ask.sql, &types(&ask.values)).await?),
            false => None,
        });
    }
    Ok(prepared)
}

/// Sends statements in their order, all at once, and waits for what each comes to. They are few enough for `join_all` to
/// begin with the first and end with the last.
pub(super) async fn answers(
    client: &Client,
    asked: &[Ask],
    prepared: &[Option<Statement>],
) -> Result<Vec<Answer>, Error> {
    let asked = asked.iter().zip(prepared).map(|(ask, statement)| answer(client, ask, statement.as_ref()));
    join_all(asked).await.into_iter().collect()
}

async fn answer(client: &Client, ask: &Ask, statement: Option<&Statement>) -> Result<Answer, Error> {
    let rows = match statement {
        Some(statement) => client.query_raw(statement, &ask.values).await?,
        None => {
            let values = ask.values.iter().zip(types(&ask.values));
            client.query_typed_raw(&ask.sql, values).await?
        }
    };
    let mut stream = pin!(rows);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(row);
    }
    Ok(Answer { rows, count: stream.rows_affected().unwrap_or(0) })
}

fn types(values: &[Value]) -> Vec<Type> {
    let of = |value: &Value| match value {
        Value::Uuid(_) => Type::UUID,
        Value::Text(_) => Type::TEXT,
        Value::Int(_) => Type::INT8,
        Value::Bool(_) => Type::BOOL,
        Value::Bytes(_) | Value::Blob(_) => Type::BYTEA,
        Value::Json(_) => Type::JSONB,
        Value::Time(_) => Type::TIMESTAMPTZ,
    };
    values.iter().map(of).collect()
}

/// As the type that [`types`] says.
impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Uuid(id) => id.to_sql_checked(ty, out),
            Self::Text(text) => text.to_sql_checked(ty, out),
            Self::Int(number) => number.to_sql_checked(ty, out),
            Self::Bool(flag) => flag.to_sql_checked(ty, out),
            Self::Bytes(bytes) => bytes.as_slice().to_sql_checked(ty, out),
            Self::Blob(bytes) => bytes.to_sql_checked(ty, out),
            Self::Json(document) => document.to_sql_checked(ty, out),
            Self::Time(at) => at.to_sql_checked(ty, out),
        }
    }

    /// Each value looks by itself.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
