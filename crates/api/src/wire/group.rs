//! Groups on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::group as domain;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, mirror};

mirror! {
    /// Who says who is in a group: the organisation's admins, or the proxy in front of the instance.
    GroupSource = domain::GroupSource { Admin, Proxy }
}

/// Members of the organisation under one name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Group {
    id: Uuid,
    name: String,
    source: GroupSource,
    member_count: i64,
    created_at: Time,
    pub(crate) version: i64,
}

impl From<domain::Group> for Group {
    fn from(group: domain::Group) -> Self {
        let domain::Group { id, name, source, member_count, created_at, version } = group;
        Self {
            id: id.into(),
            name,
            source: source.into(),
            member_count,
            created_at: created_at.into(),
            version,
        }
    }
}

/// Somebody in a group.
#[derive(Serialize, ToSchema)]
pub(crate) struct GroupMember {
    user_id: Uuid,
    name: String,
    #[schema(required = true)]
    username: Option<String>,
    #[schema(required = true)]
    avatar_url: Option<String>,
}

impl From<domain::GroupMember> for GroupMember {
    fn from(member: domain::GroupMember) -> Self {
        let domain::GroupMember { user_id, name, username, avatar_url } = member;
        Self { user_id: user_id.into(), name, username, avatar_url }
    }
}

/// Makes a group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateGroup {
    pub(crate) name: String,
}

/// Renames a group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchGroup {
    pub(crate) version: Option<i64>,
    pub(crate) name: String,
}
