//! Approvals on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::{Error, Result, approval as domain};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::entry::PermissionOption;
use super::{Time, mirror};

mirror! {
    /// Where an approval stands.
    ApprovalStatus = domain::ApprovalStatus { Pending, Answered, Cancelled, Expired }
}

/// An agent's permission request.
#[derive(Serialize, ToSchema)]
pub(crate) struct Approval {
    id: Uuid,
    session_id: Uuid,
    workspace_id: Uuid,
    task_id: Uuid,
    project_id: Uuid,
    permission_id: String,
    title: String,
    #[schema(required = true)]
    tool_call_id: Option<String>,
    options: Vec<PermissionOption>,
    status: ApprovalStatus,
    #[schema(required = true)]
    option_id: Option<String>,
    #[schema(required = true)]
    answered_by: Option<Uuid>,
    #[schema(required = true)]
    answered_at: Option<Time>,
    created_at: Time,
    pub(crate) version: i64,
}

impl From<domain::Approval> for Approval {
    fn from(approval: domain::Approval) -> Self {
        Self {
            id: approval.id.into(),
            session_id: approval.session_id.into(),
            workspace_id: approval.workspace_id.into(),
            task_id: approval.task_id.into(),
            project_id: approval.project_id.into(),
            permission_id: approval.permission_id,
            title: approval.title,
            tool_call_id: approval.tool_call_id,
            options: approval.options.into_iter().map(Into::into).collect(),
            status: approval.status.into(),
            option_id: approval.option_id,
            answered_by: approval.answered_by.map(Into::into),
            answered_at: approval.answered_at.map(Time),
            created_at: approval.created_at.into(),
            version: approval.version,
        }
    }
}

/// Answers an approval with one of its options.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerApproval {
    pub(crate) option_id: String,
}

/// Which approvals.
#[derive(Deserialize, IntoParams)]
pub(crate) struct ApprovalQuery {
    status: Option<String>,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<String>,
}

impl ApprovalQuery {
    /// The status asked for.
    pub(crate) fn status(&self) -> Result<Option<domain::ApprovalStatus>> {
        let status = self.status.as_deref().map(str::parse).transpose();
        status.map_err(|error| Error { field: Some("status"), ..error })
    }
}
