//! Statements on SQLite: prepared once per connection, bound by number.

use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};
use switchyard_domain::{Error, Result};

use crate::fault;
use crate::row::Columns;
use crate::tx::placeholders;
use crate::value::{Value, micros};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let borrowed = |value| Ok(ToSqlOutput::Borrowed(value));
        let owned = |value| Ok(ToSqlOutput::Owned(value));
        match self {
            Self::Uuid(Some(id)) => borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Text(Some(text)) => borrowed(ValueRef::Text(text.as_bytes())),
            Self::Int(Some(number)) => owned(SqliteValue::Integer(*number)),
            Self::Bool(flag) => owned(SqliteValue::Integer(i64::from(*flag))),
            Self::Bytes(bytes) => borrowed(ValueRef::Blob(bytes)),
            Self::Blob(Some(bytes)) => borrowed(ValueRef::Blob(bytes)),
            Self::Json(document) => owned(SqliteValue::Text(document.to_string())),
            Self::Time(Some(at)) => owned(SqliteValue::Integer(micros(*at))),
            Self::Uuid(None) | Self::Text(None) | Self::Int(None) | Self::Blob(None) | Self::Time(None) => {
                borrowed(ValueRef::Null)
            }
        }
    }
}

pub(crate) fn execute(connection: &Connection, sql: &str, values: &[Value]) -> Result<u64> {
    let mut statement = bound(connection, sql, values)?;
    let changed = statement.raw_execute().map_err(|error| fault::sqlite(&error))?;
    Ok(changed as u64)
}

pub(crate) fn rows<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value],
    read: fn(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = bound(connection, sql, values)?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(|error| fault::sqlite(&error))? {
        found.push(read(&mut Columns::sqlite(row))?);
    }
    Ok(found)
}

/// One prepared statement, run once per row: with SQLite that costs no more than one long statement.
pub(crate) fn insert_all(connection: &Connection, into: &str, width: usize, values: &[Value]) -> Result<()> {
    let sql = format!("INSERT INTO {into} VALUES {}", placeholders(1, width));
    let mut statement = connection.prepare_cached(&sql).map_err(|error| fault::sqlite(&error))?;
    for row in values.chunks(width) {
        for (index, value) in row.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, value).map_err(|error| fault::sqlite(&error))?;
        }
        statement.raw_execute().map_err(|error| fault::sqlite(&error))?;
    }
    Ok(())
}

/// SQLite takes `$2` for a name and numbers names as they come, so each one's own number is read off it.
fn bound<'c>(connection: &'c Connection, sql: &str, values: &[Value]) -> Result<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql).map_err(|error| fault::sqlite(&error))?;
    for index in 1..=statement.parameter_count() {
        let number =
            statement.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let value =
            value.ok_or_else(|| Error::internal(format!("parameter {index} has no value in: {sql}")))?;
        statement.raw_bind_parameter(index, value).map_err(|error| fault::sqlite(&error))?;
    }
    Ok(statement)
}
