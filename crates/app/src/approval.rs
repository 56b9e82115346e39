//! What people do with approvals.

use switchyard_domain::approval::{Approval, ApprovalStatus};
use switchyard_domain::store::Act;
use switchyard_domain::{ApprovalId, Error, Page, PageRequest, Result, Scope};

use crate::App;

impl App {
    /// Approvals, newest first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn approvals(
        &self,
        scope: &Scope,
        status: Option<ApprovalStatus>,
        page: &PageRequest,
    ) -> Result<Page<Approval>> {
        self.store().approvals(scope, status, page).await
    }

    /// Answers an approval. The answer is kept before the agent hears it, so a crash in between loses nothing: the
    /// session's driver tells the agent, now or after a restart.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for an option that was not offered, `Conflict` when it is settled already.
    pub async fn answer_approval(&self, act: &Act, id: ApprovalId, option_id: &str) -> Result<Approval> {
        let approval = self.store().approval(&act.scope, id).await?;
        if !approval.options.iter().any(|option| option.id == option_id) {
            return Err(Error::invalid("option_id", "The agent did not offer this option."));
        }
        let approval = self.store().answer_approval(act, id, option_id).await?;
        self.drive(act.scope, approval.session_id);
        Ok(approval)
    }
}
