//! Who may see a project, on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::access as domain;
use utoipa::ToSchema;
use uuid::Uuid;

use super::mirror;

mirror! {
    /// What somebody may do in a project; each role includes those before it.
    ProjectRole = domain::ProjectRole { Viewer, Editor, Admin }
}

/// What a project can name.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubjectKind {
    /// A member of the organisation.
    User,
    /// Everybody in a group.
    Group,
    /// Whoever shows a key, which then is for the projects alone that name it.
    ApiKey,
}

/// Whom a project names.
#[derive(Serialize, ToSchema)]
pub(crate) struct Subject {
    kind: SubjectKind,
    id: Uuid,
    name: String,
}

/// Somebody whom a project names, and what they may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessEntry {
    subject: Subject,
    role: ProjectRole,
}

/// Who may see a project.
#[derive(Serialize, ToSchema)]
pub(crate) struct Access {
    /// Whether those alone may who are named, and the organisation's admins.
    restricted: bool,
    /// The project's version.
    pub(crate) version: i64,
    /// Groups, persons and keys, each by name.
    entries: Vec<AccessEntry>,
}

impl From<domain::Access> for Access {
    fn from(access: domain::Access) -> Self {
        let domain::Access { restricted, version, entries } = access;
        Self { restricted, version, entries: entries.into_iter().map(Into::into).collect() }
    }
}

impl From<domain::AccessEntry> for AccessEntry {
    fn from(entry: domain::AccessEntry) -> Self {
        let (kind, id) = match entry.subject {
            domain::Subject::User(id) => (SubjectKind::User, id.into()),
            domain::Subject::Group(id) => (SubjectKind::Group, id.into()),
            domain::Subject::ApiKey(id) => (SubjectKind::ApiKey, id.into()),
        };
        Self { subject: Subject { kind, id, name: entry.name }, role: entry.role.into() }
    }
}

/// Says who may see a project: the whole list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutAccess {
    pub(crate) version: Option<i64>,
    /// Whether those alone may who are named. Whoever restricts a project is named as its admin.
    restricted: bool,
    entries: Vec<PutAccessEntry>,
}

/// Somebody whom a project is to name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutAccessEntry {
    subject: PutSubject,
    role: ProjectRole,
}

/// Whom a project is to name.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PutSubject {
    kind: SubjectKind,
    id: Uuid,
}

impl From<PutAccess> for domain::NewAccess {
    fn from(access: PutAccess) -> Self {
        let entry = |PutAccessEntry { subject: PutSubject { kind, id }, role }| {
            let subject = match kind {
                SubjectKind::User => domain::Subject::User(id.into()),
                SubjectKind::Group => domain::Subject::Group(id.into()),
                SubjectKind::ApiKey => domain::Subject::ApiKey(id.into()),
            };
            (subject, domain::ProjectRole::from(role))
        };
        Self { restricted: access.restricted, entries: access.entries.into_iter().map(entry).collect() }
    }
}
