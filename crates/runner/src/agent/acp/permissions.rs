//! Permission requests: what the agent asks, until a person answers or the turn is over.

use agent_client_protocol::v1::schema as acp;
use switchyard_domain::transcript::{EntryBody, PermissionOption, PermissionOutcome};
use switchyard_domain::{Error, Result};

use super::rpc;
use crate::session::Recorder;

/// The requests that wait.
#[derive(Default)]
pub(super) struct Permissions {
    asked: Vec<Asked>,
}

struct Asked {
    request: acp::RequestId,
    id: String,
    tool_call_id: String,
    title: String,
    options: Vec<PermissionOption>,
}

impl Permissions {
    /// Whether any waits.
    pub(super) fn any(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Takes in a request.
    pub(super) fn ask(
        &mut self,
        recorder: &mut Recorder,
        request: acp::RequestId,
        tool_call_id: String,
        title: String,
        options: Vec<acp::PermissionOption>,
    ) {
        let options = options.into_iter().map(|option| PermissionOption {
            id: option.option_id.0.to_string(),
            name: option.name,
            kind: option_kind(option.kind).to_owned(),
        });
        let (id, options) = (uuid::Uuid::now_v7().to_string(), options.collect());
        let asked = Asked { request, id, tool_call_id, title, options };
        recorder.push(asked.entry(None));
        self.asked.push(asked);
    }

    /// Settles a request; the line that tells the agent, unless it was settled before.
    pub(super) fn answer(
        &mut self,
        recorder: &mut Recorder,
        id: &str,
        option: &str,
    ) -> Result<Option<Vec<u8>>> {
        let Some(at) = self.asked.iter().position(|asked| asked.id == id) else { return Ok(None) };
        if !self.asked[at].options.iter().any(|offered| offered.id == option) {
            return Err(Error::invalid(
                "option_id",
                "This is not one of the answers that the agent offered.",
            ));
        }
        let asked = self.asked.remove(at);
        recorder.push(asked.entry(Some(PermissionOutcome::Selected { option_id: option.to_owned() })));
        let outcome =
            acp::RequestPermissionOutcome::Selected(acp::SelectedPermissionOutcome::new(option.to_owned()));
        Ok(Some(rpc::response(&asked.request, Ok(acp::RequestPermissionResponse::new(outcome)))))
    }

    /// Settles all requests that wait as cancelled; the lines that tell the agent.
    pub(super) fn cancel(&mut self, recorder: &mut Recorder) -> Vec<Vec<u8>> {
        let cancel = |asked: Asked| {
            recorder.push(asked.entry(Some(PermissionOutcome::Cancelled)));
            cancelled(&asked.request)
        };
        std::mem::take(&mut self.asked).into_iter().map(cancel).collect()
    }
}

/// The line that tells the agent that nobody will answer.
pub(super) fn cancelled(request: &acp::RequestId) -> Vec<u8> {
    rpc::response(request, Ok(acp::RequestPermissionResponse::new(acp::RequestPermissionOutcome::Cancelled)))
}

impl Asked {
    fn entry(&self, outcome: Option<PermissionOutcome>) -> EntryBody {
        EntryBody::Permission {
            permission_id: self.id.clone(),
            tool_call_id: Some(self.tool_call_id.clone()),
            title: self.title.clone(),
            options: self.options.clone(),
            outcome,
        }
    }
}

fn option_kind(kind: acp::PermissionOptionKind) -> &'static str {
    match kind {
        acp::PermissionOptionKind::AllowAlways => "allow_always",
        acp::PermissionOptionKind::RejectOnce => "reject_once",
        acp::PermissionOptionKind::RejectAlways => "reject_always",
        _ => "allow_once",
    }
}
