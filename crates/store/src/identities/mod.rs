//! Who people are: what authentication asks before there is a scope.

mod accounts;
mod logins;
mod operating;
mod programs;
mod spent;
mod users;

pub(crate) mod local;

use async_trait::async_trait;
use switchyard_domain::api_key::ApiKey;
use switchyard_domain::login::{Login, NewLogin, Rotation};
use switchyard_domain::organisation::{OfferedPlace, Organisation};
use switchyard_domain::store::{Identities, Known};
use switchyard_domain::user::{
    Account, NewAccount, OutsideIdentity, PasswordHash, SecretDigest, User, Username,
};
use switchyard_domain::{LoginId, OrgId, Result, Timestamp, UserId};

use crate::database::Database;
use crate::invitations::Guest;
use crate::reach::Reach;
use crate::{groups, invitations};

/// How often a login's or a key's use is noted: reading must not cost a write each time.
const NOTED_EVERY: time::Duration = time::Duration::minutes(5);

#[async_trait]
impl Identities for Database {
    async fn sign_in(&self, at: Timestamp, identity: &OutsideIdentity) -> Result<User> {
        let (identity, seen) = (users::tidied(identity), users::tidied(identity));
        let known = self
            .read(Reach::Instance, move |tx| Box::pin(async move { users::known_as(tx, &seen).await }))
            .await?;
        match known {
            // What did not change is not written: some people are vouched for with each request.
            Some(user) if user.disabled_at.is_none() && users::is_current(&user, &identity) => Ok(user),
            _ => {
                self.transact(Reach::Instance, move |tx| {
                    Box::pin(async move { users::meet(tx, at, &identity).await })
                })
                .await
            }
        }
    }

    async fn sync_groups(&self, at: Timestamp, user: UserId, names: &[String]) -> Result<()> {
        let (names, seen) = (names.to_vec(), names.to_vec());
        let (there, wanted) = self
            .read(Reach::Instance, move |tx| Box::pin(async move { groups::proxied(tx, user, &seen).await }))
            .await?;
        if there == wanted {
            return Ok(());
        }
        self.transact(Reach::Instance, move |tx| {
            Box::pin(async move { groups::sync(tx, at, user, &names).await })
        })
        .await
    }

    async fn register(&self, at: Timestamp, new: &NewAccount) -> Result<User> {
        let new = new.clone();
        self.transact(Reach::Instance, move |tx| {
            Box::pin(async move { accounts::register(tx, at, &new).await })
        })
        .await
    }

    async fn register_invited(
        &self,
        at: Timestamp,
        new: &NewAccount,
        secret: &SecretDigest,
    ) -> Result<(User, Organisation)> {
        let (new, secret) = (new.clone(), *secret);
        self.transact(Reach::Instance, move |tx| {
            Box::pin(async move { accounts::register_invited(tx, at, &new, secret).await })
        })
        .await
    }

    async fn account(&self, username: &Username) -> Result<Option<Account>> {
        let username = username.clone();
        self.read(Reach::Instance, move |tx| Box::pin(async move { accounts::find(tx, &username).await }))
            .await
    }

    async fn set_password(
        &self,
        at: Timestamp,
        user: UserId,
        password: &PasswordHash,
        keep: Option<LoginId>,
    ) -> Result<()> {
        let password = password.clone();
        self.transact(Reach::Instance, move |tx| {
            Box::pin(async move { accounts::set_password(tx, at, user, &password, keep).await })
        })
        .await
    }

    async fn set_user_disabled(&self, at: Timestamp, user: UserId, disabled: bool) -> Result<User> {
        self.transact(Reach::Instance, move |tx| Box::pin(users::set_disabled(tx, at, user, disabled))).await
    }

    async fn user(&self, id: UserId) -> Result<Option<Known<()>>> {
        self.read(Reach::Instance, move |tx| Box::pin(users::known(tx, id))).await
    }

    async fn start_login(&self, at: Timestamp, new: &NewLogin) -> Result<Login> {
        let new = new.clone();
        self.transact(Reach::Instance, move |tx| Box::pin(async move { logins::start(tx, at, &new).await }))
            .await
    }

    async fn login(
        &self,
        at: Timestamp,
        secret: &SecretDigest,
        until: Timestamp,
    ) -> Result<Option<Known<Login>>> {
        let secret = *secret;
        let found = self.read(Reach::Instance, move |tx| Box::pin(logins::recognise(tx, at, secret))).await?;
        let Some(mut known) = found else { return Ok(None) };
        let Login { id, last_seen_at, .. } = known.credential;
        if at - last_seen_at >= NOTED_EVERY {
            self.transact(Reach::Instance, move |tx| Box::pin(logins::note_use(tx, at, id, until))).await?;
            (known.credential.last_seen_at, known.credential.expires_at) = (at, until);
        }
        Ok(Some(known))
    }

    async fn known_login(&self, at: Timestamp, user: UserId, login: LoginId) -> Result<Option<Known<Login>>> {
        self.read(Reach::Instance, move |tx| Box::pin(logins::known_by_id(tx, at, user, login))).await
    }

    async fn rotate_login(
        &self,
        at: Timestamp,
        secret: &SecretDigest,
        next: &SecretDigest,
        until: Timestamp,
    ) -> Result<Rotation> {
        let (secret, next) = (*secret, *next);
        self.transact(Reach::Instance, move |tx| Box::pin(logins::rotate(tx, at, secret, next, until))).await
    }

    async fn switch_organisation(&self, at: Timestamp, login: LoginId, org: OrgId) -> Result<Organisation> {
        self.transact(Reach::Instance, move |tx| Box::pin(logins::switch(tx, at, login, org))).await
    }

    async fn end_login(&self, at: Timestamp, user: UserId, login: LoginId) -> Result<()> {
        self.transact(Reach::Instance, move |tx| Box::pin(logins::end_one(tx, at, user, login))).await
    }

    async fn end_logins(&self, at: Timestamp, user: UserId, keep: Option<LoginId>) -> Result<u64> {
        self.transact(Reach::Instance, move |tx| Box::pin(logins::end_all(tx, at, user, keep))).await
    }

    async fn logins(&self, at: Timestamp, user: UserId) -> Result<Vec<Login>> {
        self.read(Reach::Instance, move |tx| Box::pin(logins::of_user(tx, at, user))).await
    }

    async fn start_reset(
        &self,
        at: Timestamp,
        user: UserId,
        secret: &SecretDigest,
        expires_at: Timestamp,
    ) -> Result<()> {
        let secret = *secret;
        self.transact(Reach::Instance, move |tx| {
            Box::pin(accounts::start_reset(tx, at, user, secret, expires_at))
        })
        .await
    }

    async fn finish_reset(
        &self,
        at: Timestamp,
        secret: &SecretDigest,
        password: &PasswordHash,
    ) -> Result<UserId> {
        let (secret, password) = (*secret, password.clone());
        self.transact(Reach::Instance, move |tx| {
            Box::pin(async move { accounts::finish_reset(tx, at, secret, &password).await })
        })
        .await
    }

    async fn spend(&self, at: Timestamp, secret: &SecretDigest, expires_at: Timestamp) -> Result<bool> {
        let secret = *secret;
        self.transact(Reach::Instance, move |tx| Box::pin(spent::spend(tx, at, secret, expires_at))).await
    }

    async fn api_key(&self, at: Timestamp, secret: &SecretDigest) -> Result<Option<Known<ApiKey>>> {
        let secret = *secret;
        let found =
            self.read(Reach::Instance, move |tx| Box::pin(programs::recognise(tx, at, secret))).await?;
        let Some(mut known) = found else { return Ok(None) };
        let ApiKey { id, last_used_at, .. } = known.credential;
        if last_used_at.is_none_or(|last| at - last >= NOTED_EVERY) {
            self.transact(Reach::Instance, move |tx| Box::pin(programs::note_use(tx, at, id))).await?;
            known.credential.last_used_at = Some(at);
        }
        Ok(Some(known))
    }

    async fn offered_place(&self, at: Timestamp, secret: &SecretDigest) -> Result<OfferedPlace> {
        let secret = *secret;
        self.read(Reach::Instance, move |tx| Box::pin(invitations::offered(tx, at, secret))).await
    }

    async fn accept_invitation(
        &self,
        at: Timestamp,
        user: UserId,
        secret: &SecretDigest,
    ) -> Result<Organisation> {
        let secret = *secret;
        self.transact(Reach::Instance, move |tx| {
            Box::pin(async move {
                users::require_open(tx, user).await?;
                invitations::accept(tx, at, Guest::Known(user), secret).await
            })
        })
        .await
    }
}
