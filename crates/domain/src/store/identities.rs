//! Who people are: what authentication asks before there is a scope.
//!
//! These parts alone take no scope, since it is by them that one comes about. Only authentication, start-up and the
//! operator's commands use them (checked by `cargo xtask tidy`).

use async_trait::async_trait;

use crate::api_key::ApiKey;
use crate::login::{Login, NewLogin, Rotation};
use crate::organisation::{Membership, OfferedPlace, Organisation};
use crate::user::{Account, NewAccount, OutsideIdentity, PasswordHash, SecretDigest, User, Username};
use crate::{LoginId, OrgId, Result, Timestamp, UserId};

/// Somebody who showed a login's secret or a key.
#[derive(Clone, Debug)]
pub struct Known<Credential> {
    /// What they showed.
    pub credential: Credential,
    /// Who they are. Never a user whose account is closed.
    pub user: User,
    /// Where they belong, their own organisation first, then by name.
    pub memberships: Vec<Membership>,
}

/// Users, their accounts and logins.
#[async_trait]
pub trait Identities: Send + Sync {
    /// The person behind an identity, made on first sight with an organisation of their own, in which they are admin.
    /// The first of all becomes instance admin, whoever else signs in at the same moment. Name, address and picture are
    /// brought up to date; what the identity says nothing of stays. `Forbidden` with code `user_disabled`, or with code
    /// `identity_taken` where the id that it asks for is somebody else's.
    async fn sign_in(&self, at: Timestamp, identity: &OutsideIdentity) -> Result<User>;
    /// Brings the groups that the proxy in front of the instance says a user is in up to date, in each organisation that
    /// they share with others; groups are made on first sight. What did not change is not written.
    async fn sync_groups(&self, at: Timestamp, user: UserId, names: &[String]) -> Result<()>;
    /// Makes a local account, with an organisation as [`Identities::sign_in`] does. `Conflict` with code
    /// `username_taken`.
    async fn register(&self, at: Timestamp, new: &NewAccount) -> Result<User>;
    /// The same, and takes an invitation's place as [`Identities::accept_invitation`] does: both or neither. Whether the
    /// invitation is good is looked at first, so that who has none learns of no user name.
    async fn register_invited(
        &self,
        at: Timestamp,
        new: &NewAccount,
        secret: &SecretDigest,
    ) -> Result<(User, Organisation)>;
    /// A local account that is not closed.
    async fn account(&self, username: &Username) -> Result<Option<Account>>;
    /// Replaces a local account's password and ends all its logins but `keep`. `NotFound` without such an account.
    async fn set_password(
        &self,
        at: Timestamp,
        user: UserId,
        password: &PasswordHash,
        keep: Option<LoginId>,
    ) -> Result<()>;
    /// Closes a user's account, which ends all their logins, or opens it again. `NotFound` without such a user.
    async fn set_user_disabled(&self, at: Timestamp, user: UserId, disabled: bool) -> Result<User>;
    /// A user, unless their account is closed, with where they belong.
    async fn user(&self, id: UserId) -> Result<Option<Known<()>>>;

    /// Notes that somebody signed in, in their own organisation to begin with. Written into the audit log, as are the
    /// other changes here but a rotation. Who has 100 logins loses the one that was used least recently. `Forbidden` with
    /// code `user_disabled`; `Unauthenticated` with code `credentials_invalid` where the password that was shown has been
    /// replaced meanwhile.
    async fn start_login(&self, at: Timestamp, new: &NewLogin) -> Result<Login>;
    /// The login with this secret, if it has neither ended nor expired. It acts in its user's own organisation once they
    /// are no member of the one that was chosen. Its use is noted, and `expires_at` moved to `until`, once some minutes
    /// have passed since the last time.
    async fn login(
        &self,
        at: Timestamp,
        secret: &SecretDigest,
        until: Timestamp,
    ) -> Result<Option<Known<Login>>>;
    /// The same login by its id, for who has shown that it is this user's. Its use is not noted.
    async fn known_login(&self, at: Timestamp, user: UserId, login: LoginId) -> Result<Option<Known<Login>>>;
    /// Replaces a login's secret. All those before are remembered: whoever shows one again ends the login.
    async fn rotate_login(
        &self,
        at: Timestamp,
        secret: &SecretDigest,
        next: &SecretDigest,
        until: Timestamp,
    ) -> Result<Rotation>;
    /// Has a login act in another organisation. `NotFound` unless its user is a member there.
    async fn switch_organisation(&self, at: Timestamp, login: LoginId, org: OrgId) -> Result<Organisation>;
    /// Ends a login of this user; `NotFound` where there is none.
    async fn end_login(&self, at: Timestamp, user: UserId, login: LoginId) -> Result<()>;
    /// Ends all logins of this user but `keep`; the answer is how many.
    async fn end_logins(&self, at: Timestamp, user: UserId, keep: Option<LoginId>) -> Result<u64>;
    /// The logins of this user that have neither ended nor expired, the last used first.
    async fn logins(&self, at: Timestamp, user: UserId) -> Result<Vec<Login>>;

    /// Notes that whoever shows this secret before `expires_at` may set the account's password, once. The resets that
    /// the account had are void.
    async fn start_reset(
        &self,
        at: Timestamp,
        user: UserId,
        secret: &SecretDigest,
        expires_at: Timestamp,
    ) -> Result<()>;
    /// Uses a reset up: sets the password and ends all logins. `Unauthenticated` with code `reset_invalid`.
    async fn finish_reset(
        &self,
        at: Timestamp,
        secret: &SecretDigest,
        password: &PasswordHash,
    ) -> Result<UserId>;

    /// Uses up a secret that is good once, and until `expires_at`; whether this was the first time. Of two who show it at
    /// once, one was first.
    async fn spend(&self, at: Timestamp, secret: &SecretDigest, expires_at: Timestamp) -> Result<bool>;

    /// The key with this secret, unless it was deleted or has expired, or its maker is no member any more. Its role is the
    /// lesser of its own and its maker's, and the only membership is that of its organisation, in that role. Its use is
    /// noted once some minutes have passed since the last time.
    async fn api_key(&self, at: Timestamp, secret: &SecretDigest) -> Result<Option<Known<ApiKey>>>;
    /// The place that an invitation offers to whoever has its secret. `NotFound` with code `invitation_invalid`.
    async fn offered_place(&self, at: Timestamp, secret: &SecretDigest) -> Result<OfferedPlace>;
    /// Takes an invitation's place for this user, and uses it up. Who is a member already keeps the greater role.
    /// `NotFound` with code `invitation_invalid` where it was used, taken back or has expired, or where who invited is no
    /// admin there any more or has their account closed; `Forbidden` with code `user_disabled`.
    async fn accept_invitation(
        &self,
        at: Timestamp,
        user: UserId,
        secret: &SecretDigest,
    ) -> Result<Organisation>;
}
