//! Messages to agents on the wire.

use serde::{Deserialize, Serialize};
use switchyard_domain::message as domain;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Time, mirror};

mirror! {
    /// Where a message stands.
    MessageStatus = domain::MessageStatus { Queued, Delivered, Failed }
}

/// Something said to an agent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    id: Uuid,
    session_id: Uuid,
    text: String,
    status: MessageStatus,
    created_at: Time,
}

impl From<domain::Message> for Message {
    fn from(message: domain::Message) -> Self {
        Self {
            id: message.id.into(),
            session_id: message.session_id.into(),
            text: message.text,
            status: message.status.into(),
            created_at: message.created_at.into(),
        }
    }
}

/// Says something.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendMessage {
    pub(crate) text: String,
}
