//! The end of waiting: a permission request that nobody answered in its owner's time is rejected in nobody's name.

use std::time::Duration;

use switchyard_domain::approval::Approval;
use switchyard_domain::store::Work;
use switchyard_domain::{Actor, ErrorKind, OrgId, Result, Scope, UserId};

use crate::App;
use crate::panics::unceasing;
use crate::recovery::owner_scope;
use crate::replica::ELSEWHERE;

/// How often the requests are looked through.
const PULSE: Duration = Duration::from_secs(60);
/// An hour, which is what waiting is counted in.
const HOUR: Duration = Duration::from_secs(3600);

impl App {
    /// Looks through everybody's permission requests now and every minute, for as long as it is polled and no other server
    /// does.
    ///
    /// `authority` turns an owner into the actor on whose behalf their requests are given up.
    pub async fn keep_approvals(&self, authority: impl Fn(UserId, OrgId) -> Actor) {
        unceasing("permission requests", || self.look_after_approvals(&authority)).await;
    }

    async fn look_after_approvals(&self, authority: &impl Fn(UserId, OrgId) -> Actor) {
        loop {
            if !self.leads(Work::Approvals).await {
                tokio::time::sleep(ELSEWHERE).await;
                continue;
            }
            if let Err(error) = self.give_up_unanswered(authority).await {
                tracing::warn!(?error, "permission requests could not be looked through");
            }
            tokio::time::sleep(PULSE).await;
        }
    }

    async fn give_up_unanswered(&self, authority: &impl Fn(UserId, OrgId) -> Actor) -> Result<()> {
        for (org, user) in self.store().asked_users().await? {
            let scope = owner_scope(authority, user, org)?;
            let Some(hours) = self.store().config(&scope).await?.config.approval_expiry() else { continue };
            let before = self.parts.clock.now() - HOUR * hours;
            for approval in self.store().unanswered(&scope, before).await? {
                self.expire_approval(scope, &approval).await?;
            }
        }
        Ok(())
    }

    /// The rejection is kept before the agent hears it: the session's driver tells the agent, or stops one that takes
    /// no rejection, now or after a restart.
    async fn expire_approval(&self, scope: Scope, approval: &Approval) -> Result<()> {
        let act = self.act(scope, "approval.expire");
        match self.store().expire_approval(&act, approval.id, approval.rejection()).await {
            // Somebody answered, or the turn ended, at the last moment.
            Err(error) if error.kind == ErrorKind::NotFound || error.code == "approval_settled" => Ok(()),
            Err(error) => Err(error),
            Ok(expired) => {
                self.drive(scope, expired.session_id);
                Ok(())
            }
        }
    }
}
