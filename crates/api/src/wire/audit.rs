//! The audit log on the wire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchyard_domain::audit as domain;
use switchyard_domain::{Error, Timestamp};
use time::format_description::well_known::Rfc3339;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Time;
use super::info::Named;

/// An act that was worth remembering.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditRecord {
    id: Uuid,
    user: Named,
    /// `noun.verb`.
    action: String,
    entity_type: String,
    #[schema(required = true)]
    entity_id: Option<Uuid>,
    details: BTreeMap<String, String>,
    at: Time,
}

impl From<domain::AuditRecord> for AuditRecord {
    fn from(record: domain::AuditRecord) -> Self {
        Self {
            id: record.id.into(),
            user: Named { id: record.user_id.into(), name: record.user_name },
            action: record.action,
            entity_type: record.entity_type,
            entity_id: record.entity_id,
            details: record.details.into_iter().collect(),
            at: record.at.into(),
        }
    }
}

/// Which entries, and how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    user_id: Option<Uuid>,
    /// An action, or the noun of several.
    action: Option<String>,
    entity_type: Option<String>,
    entity_id: Option<Uuid>,
    /// From this time on, in RFC 3339.
    since: Option<String>,
    /// Before this time, in RFC 3339.
    until: Option<String>,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl AuditQuery {
    /// What it admits.
    ///
    /// # Errors
    /// `Invalid` with field `since` or `until`.
    pub(crate) fn filter(&self) -> Result<domain::AuditFilter, Error> {
        Ok(domain::AuditFilter {
            user_id: self.user_id.map(Into::into),
            action: self.action.clone().filter(|text| !text.is_empty()),
            entity_type: self.entity_type.clone().filter(|text| !text.is_empty()),
            entity_id: self.entity_id,
            since: moment("since", self.since.as_deref())?,
            until: moment("until", self.until.as_deref())?,
        })
    }
}

fn moment(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, Error> {
    let parsed = text.filter(|text| !text.is_empty()).map(|text| Timestamp::parse(text, &Rfc3339));
    parsed.transpose().map_err(|_| Error::invalid(field, "Write a time as in 2026-01-31T12:00:00Z."))
}
