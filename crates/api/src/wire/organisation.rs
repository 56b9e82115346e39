//! Organisations, members, invitations and API keys on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain as domain;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::ProjectRole;
use super::{Time, mirror};

mirror! {
    /// What a member may do; each role includes those before it.
    Role = domain::Role { Viewer, Member, Admin }
}

/// An organisation, and what the caller may do there.
#[derive(Serialize, ToSchema)]
pub(crate) struct Organisation {
    id: Uuid,
    name: String,
    /// One person's own: nobody else can be a member.
    personal: bool,
    role: Role,
    pub(crate) version: i64,
}

impl From<domain::organisation::Membership> for Organisation {
    fn from(membership: domain::organisation::Membership) -> Self {
        Self::of(membership.organisation, membership.role)
    }
}

impl Organisation {
    /// An organisation as a member with this role sees it.
    pub(crate) fn of(organisation: domain::organisation::Organisation, role: domain::Role) -> Self {
        Self {
            id: organisation.id.into(),
            name: organisation.name,
            personal: organisation.personal,
            role: role.into(),
            version: organisation.version,
        }
    }
}

/// Makes an organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateOrganisation {
    pub(crate) name: String,
}

/// Renames the organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchOrganisation {
    pub(crate) version: Option<i64>,
    pub(crate) name: String,
}

/// Somebody who belongs to the organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Member {
    user_id: Uuid,
    name: String,
    #[schema(required = true)]
    username: Option<String>,
    #[schema(required = true)]
    email: Option<String>,
    #[schema(required = true)]
    avatar_url: Option<String>,
    role: Role,
    joined_at: Time,
}

impl From<domain::organisation::Member> for Member {
    fn from(member: domain::organisation::Member) -> Self {
        Self {
            user_id: member.user_id.into(),
            name: member.name,
            username: member.username,
            email: member.email,
            avatar_url: member.avatar_url,
            role: member.role.into(),
            joined_at: member.joined_at.into(),
        }
    }
}

/// Changes what a member may do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchMember {
    pub(crate) role: Role,
}

/// A place that waits for whoever has the invitation's address.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    id: Uuid,
    #[schema(required = true)]
    email: Option<String>,
    role: Role,
    invited_by: Uuid,
    created_at: Time,
    expires_at: Time,
}

impl From<domain::organisation::Invitation> for Invitation {
    fn from(invitation: domain::organisation::Invitation) -> Self {
        Self {
            id: invitation.id.into(),
            email: invitation.email,
            role: invitation.role.into(),
            invited_by: invitation.invited_by.into(),
            created_at: invitation.created_at.into(),
            expires_at: invitation.expires_at.into(),
        }
    }
}

/// Invites somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateInvitation {
    pub(crate) email: Option<String>,
    pub(crate) role: Role,
    /// For how many days, 1 to 30; 7 where nothing is said.
    pub(crate) days: Option<u32>,
}

/// An invitation that was just made. Its address is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewInvitation {
    #[serde(flatten)]
    pub(crate) invitation: Invitation,
    /// Leads whoever has it into the organisation.
    pub(crate) url: String,
}

/// What whoever is invited has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationSecret {
    /// What stands behind `#` in the invitation's address.
    pub(crate) secret: String,
}

/// The place that an invitation offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferedPlace {
    /// The organisation's name.
    organisation: String,
    role: Role,
    /// The name of whoever invited.
    invited_by: String,
}

impl From<domain::organisation::OfferedPlace> for OfferedPlace {
    fn from(place: domain::organisation::OfferedPlace) -> Self {
        let domain::organisation::OfferedPlace { organisation, role, invited_by } = place;
        Self { organisation, role: role.into(), invited_by }
    }
}

/// A key, without what it is made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKey {
    id: Uuid,
    user_id: Uuid,
    name: String,
    role: Role,
    /// Whether it reaches those projects alone that name it.
    for_projects: bool,
    /// The projects that name it, by name: those that you can see, the first 100 of them.
    projects: Vec<KeyProject>,
    /// Its last characters.
    hint: String,
    created_at: Time,
    #[schema(required = true)]
    expires_at: Option<Time>,
    #[schema(required = true)]
    last_used_at: Option<Time>,
}

impl From<domain::api_key::ApiKey> for ApiKey {
    fn from(key: domain::api_key::ApiKey) -> Self {
        Self {
            id: key.id.into(),
            user_id: key.user_id.into(),
            name: key.name,
            role: key.role.into(),
            for_projects: key.for_projects,
            projects: key.projects.into_iter().map(Into::into).collect(),
            hint: key.hint,
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Time),
            last_used_at: key.last_used_at.map(Time),
        }
    }
}

/// A project that names a key.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyProject {
    project_id: Uuid,
    name: String,
    /// What the key may do there; as a viewer of the organisation it is one in each project.
    role: ProjectRole,
}

impl From<domain::api_key::KeyProject> for KeyProject {
    fn from(project: domain::api_key::KeyProject) -> Self {
        Self { project_id: project.id.into(), name: project.name, role: project.role.into() }
    }
}

/// Makes a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApiKey {
    /// What it is for.
    pub(crate) name: String,
    /// No more than one's own.
    pub(crate) role: Role,
    /// 1 to 100 projects that the key is for alone: it is named in the access list of each, of which you must be admin.
    /// For the whole organisation where nothing is said.
    projects: Option<Vec<NewKeyProject>>,
    /// After how many days it ends, 1 to 3650; never where nothing is said.
    pub(crate) days: Option<u32>,
}

/// A project that a key is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyProject {
    project_id: Uuid,
    role: ProjectRole,
}

impl CreateApiKey {
    /// The projects that the key is for alone.
    pub(crate) fn projects(&self) -> Option<Vec<(domain::ProjectId, domain::access::ProjectRole)>> {
        let one = |project: &NewKeyProject| (project.project_id.into(), project.role.into());
        self.projects.as_ref().map(|projects| projects.iter().map(one).collect())
    }
}

/// A key that was just made. It is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewApiKey {
    #[serde(flatten)]
    pub(crate) about: ApiKey,
    /// Send it as `Authorization: Bearer`.
    pub(crate) key: String,
}
