//! Values that are written into a statement's text.
//!
//! Only text can hold several statements that go in one round trip, and it has no values beside it. Such values alone are
//! written that cannot be anything else, whatever somebody chose for them: ids, numbers, flags, times and digests, never
//! text.

use sqlx::types::time::UtcOffset;

use crate::value::Value;

/// A statement that can be prepared with SQL and executed with values that are written out.
pub(super) struct Written {
    /// What stands behind the name in `PREPARE`.
    pub(super) prepared: String,
    /// What stands behind the name in `EXECUTE`.
    pub(super) values: String,
}

impl Written {
    /// `None` where a value is not of a kind that is written out.
    pub(super) fn of(sql: &str, values: &[Value]) -> Option<Self> {
        let written: Vec<(&str, String)> = values.iter().map(write).collect::<Option<_>>()?;
        let (types, values): (Vec<_>, Vec<_>) = written.into_iter().unzip();
        if types.is_empty() {
            return Some(Self { prepared: format!(" AS {sql}"), values: String::new() });
        }
        let (types, values) = (types.join(", "), values.join(", "));
        Some(Self { prepared: format!(" ({types}) AS {sql}"), values: format!(" ({values})") })
    }
}

/// A value's type and its text.
fn write(value: &Value) -> Option<(&'static str, String)> {
    let null = || "NULL".to_owned();
    match value {
        Value::Uuid(id) => Some(("uuid", id.map_or_else(null, |id| format!("'{id}'")))),
        Value::Int(number) => Some(("bigint", number.map_or_else(null, |number| number.to_string()))),
        Value::Bool(flag) => Some(("boolean", flag.to_string())),
        Value::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            Some(("bytea", format!("decode('{digits}', 'hex')")))
        }
        Value::Time(None) => Some(("timestamptz", null())),
        Value::Time(Some(at)) => {
            let at = at.to_offset(UtcOffset::UTC);
            let (date, (hour, minute, second, micro)) = (at.date(), at.time().as_hms_micro());
            // Of other years it is not sure how they are read.
            let year = u16::try_from(at.year()).ok().filter(|year| (1..=9999).contains(year))?;
            let (month, day) = (u8::from(date.month()), date.day());
            let text =
                format!("'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micro:06}+00'");
            Some(("timestamptz", text))
        }
        Value::Text(_) | Value::Blob(_) | Value::Json(_) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use switchyard_domain::{OrgId, Timestamp};

    use super::*;
    use crate::value::values;

    #[test]
    fn what_cannot_be_syntax_is_written_out() {
        let (org, at) =
            (OrgId::new(), Timestamp::from_unix_timestamp_nanos(1_700_000_000_000_042_000).unwrap());
        let mut given = values![org, None::<OrgId>, -5_i64, true, at, None::<Timestamp>].to_vec();
        given.push(Value::Bytes([0xab; 32]));
        let written = Written::of("SELECT $1", &given).unwrap();
        let digits = "ab".repeat(32);
        assert_eq!(
            (written.prepared.as_str(), written.values),
            (
                " (uuid, uuid, bigint, boolean, timestamptz, timestamptz, bytea) AS SELECT $1",
                format!(
                    " ('{org}', NULL, -5, true, '2023-11-14 22:13:20.000042+00', NULL, decode('{digits}', 'hex'))"
                )
            )
        );
        assert_eq!(Written::of("SELECT 1", &[]).unwrap().values, "");
    }

    #[test]
    fn what_somebody_wrote_never_is() {
        let texts = [Value::from("x"), Value::from(None::<String>), Value::Blob(None)];
        for text in texts.into_iter().chain([Value::Json(serde_json::Value::Null)]) {
            assert!(Written::of("SELECT $2", &[Value::from(OrgId::new()), text]).is_none());
        }
    }
}
