//! Rows as they are read, the same for both engines.

use std::str::FromStr;

use rusqlite::types::ValueRef;
use serde::de::DeserializeOwned;
use switchyard_domain::{Error, Result, Timestamp};
#[cfg(feature = "postgres")]
use tokio_postgres::types::Json;
use uuid::Uuid;

/// One row, read from its first column to its last.
pub(crate) struct Columns<'r> {
    row: Row<'r>,
    next: usize,
}

enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    #[cfg(feature = "postgres")]
    Postgres(&'r tokio_postgres::Row),
}

/// What a column can be read as; `None` for NULL.
pub(crate) trait Field: Sized {
    /// From SQLite's value; `Err` when it is of another type.
    fn from_sqlite(value: ValueRef<'_>) -> Result<Self, ()>;
    #[cfg(feature = "postgres")]
    fn from_postgres(row: &tokio_postgres::Row, column: usize)
    -> Result<Option<Self>, tokio_postgres::Error>;
}

impl<'r> Columns<'r> {
    pub(crate) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { row: Row::Sqlite(row), next: 0 }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(row: &'r tokio_postgres::Row) -> Self {
        Self { row: Row::Postgres(row), next: 0 }
    }

    /// The next column, which may be NULL.
    pub(crate) fn optional<T: Field>(&mut self) -> Result<Option<T>> {
        let column = self.next;
        self.next += 1;
        match &self.row {
            Row::Sqlite(row) => match row.get_ref(column).map_err(Error::internal)? {
                ValueRef::Null => Ok(None),
                value => T::from_sqlite(value).map(Some).map_err(|()| wrong_type(column)),
            },
            #[cfg(feature = "postgres")]
            Row::Postgres(row) => T::from_postgres(row, column).map_err(Error::internal),
        }
    }

    /// The next column.
    pub(crate) fn get<T: Field>(&mut self) -> Result<T> {
        self.optional()?.ok_or_else(|| wrong_type(self.next - 1))
    }

    /// The next column, a typed id.
    pub(crate) fn id<T: From<Uuid>>(&mut self) -> Result<T> {
        self.get::<Uuid>().map(T::from)
    }

    /// The next column, a typed id or NULL.
    pub(crate) fn optional_id<T: From<Uuid>>(&mut self) -> Result<Option<T>> {
        Ok(self.optional::<Uuid>()?.map(T::from))
    }

    /// The next column, a value with a stable name.
    pub(crate) fn name<T: FromStr<Err = Error>>(&mut self) -> Result<T> {
        self.text(|name| name.parse().map_err(Error::internal))
    }

    /// What `read` makes of the next column, without a copy of its text.
    fn text<T>(&mut self, read: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        let column = self.next;
        self.next += 1;
        match &self.row {
            Row::Sqlite(row) => {
                let value = row.get_ref(column).map_err(Error::internal)?;
                read(value.as_str().map_err(|_| wrong_type(column))?)
            }
            #[cfg(feature = "postgres")]
            Row::Postgres(row) => read(row.try_get(column).map_err(Error::internal)?),
        }
    }

    /// The next column, a document kept as text.
    pub(crate) fn document<T: DeserializeOwned>(&mut self) -> Result<T> {
        self.text(|text| serde_json::from_str(text).map_err(Error::internal))
    }

    /// The next column, a document kept as text, or NULL.
    pub(crate) fn optional_document<T: DeserializeOwned>(&mut self) -> Result<Option<T>> {
        let text = self.optional::<String>()?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(Error::internal)
    }

    /// The next column, a document kept as `JSONB`.
    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        match &self.row {
            Row::Sqlite(_) => self.document(),
            #[cfg(feature = "postgres")]
            Row::Postgres(row) => {
                let column = self.next;
                self.next += 1;
                let Json(document) = row.try_get(column).map_err(Error::internal)?;
                Ok(document)
            }
        }
    }
}

fn wrong_type(column: usize) -> Error {
    Error::internal(format!("column {column} is not of the type that the program expects"))
}

macro_rules! fields {
    ($($type:ty: $pattern:pat => $value:expr),* $(,)?) => {$(
        impl Field for $type {
            fn from_sqlite(value: ValueRef<'_>) -> Result<Self, ()> {
                match value {
                    $pattern => $value,
                    _ => Err(()),
                }
            }

            #[cfg(feature = "postgres")]
            fn from_postgres(row: &tokio_postgres::Row, column: usize) -> Result<Option<Self>, tokio_postgres::Error> {
                row.try_get(column)
            }
        }
    )*};
}

fields! {
    Uuid: ValueRef::Blob(bytes) => Uuid::from_slice(bytes).map_err(drop),
    String: ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec()).map_err(drop),
    Vec<u8>: ValueRef::Blob(bytes) => Ok(bytes.to_vec()),
    i64: ValueRef::Integer(number) => Ok(number),
    bool: ValueRef::Integer(number) => Ok(number != 0),
    Timestamp: ValueRef::Integer(micros) =>
        Timestamp::from_unix_timestamp_nanos(i128::from(micros) * 1000).map_err(drop),
}
