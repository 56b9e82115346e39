//! Signing in, and the logins that come of it. Who calls is known by what they showed, not yet by a scope.

use std::time::Duration;

use switchyard_domain::api_key::ApiKey;
use switchyard_domain::credential::{
    DEFAULT_GIT_USERNAME, GitCredential, GitCredentialOrigin, GitHost, Secret,
};
use switchyard_domain::login::{Login, LoginMethod, NewLogin, Rotation};
use switchyard_domain::organisation::{OfferedPlace, Organisation};
use switchyard_domain::store::Known;
use switchyard_domain::user::{
    Account, NewAccount, OutsideIdentity, PasswordHash, SecretDigest, User, Username,
};
use switchyard_domain::{Error, ErrorKind, LoginId, OrgId, Result, Scope, Timestamp, UserId};

use crate::App;

/// How long a login lasts without being used.
const LOGIN_LASTS: Duration = Duration::from_secs(30 * 24 * 3600);

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct SignInFrom {
    /// What the browser or program calls itself.
    pub user_agent: String,
    /// Its network address.
    pub address: String,
}

impl App {
    /// The person whom somebody else vouches for; made on first sight.
    ///
    /// # Errors
    /// `Forbidden` with code `user_disabled`; what the store says.
    pub async fn sign_in_from_outside(&self, identity: &OutsideIdentity) -> Result<User> {
        self.store().sign_in(self.now(), identity).await
    }

    /// Keeps the token that a site gave when somebody signed in with it, for git to show to that host; one that they entered
    /// themself stays.
    ///
    /// # Errors
    /// `Invalid` where that is no host or no token; what the vault says.
    pub async fn keep_sign_in_token(&self, scope: &Scope, host: &str, token: &Secret) -> Result<()> {
        let (host, origin) = (GitHost::new(host)?, GitCredentialOrigin::SignIn);
        let credential = GitCredential::new(host, DEFAULT_GIT_USERNAME, token.reveal(), origin)?;
        self.vault().put_git_credential(scope, credential).await
    }

    /// Uses up a secret that is good once, and until `expires_at`; whether this was the first time.
    ///
    /// # Errors
    /// What the store says.
    pub async fn spend(&self, secret: &SecretDigest, expires_at: Timestamp) -> Result<bool> {
        self.store().spend(self.now(), secret, expires_at).await
    }

    /// Takes over which groups the proxy in front of the instance says a user is in.
    ///
    /// # Errors
    /// What the store says.
    pub async fn sync_groups(&self, user: UserId, names: &[String]) -> Result<()> {
        self.store().sync_groups(self.now(), user, names).await
    }

    /// Makes a local account.
    ///
    /// # Errors
    /// `Conflict` with code `username_taken`; what the store says.
    pub async fn register(&self, new: &NewAccount) -> Result<User> {
        self.store().register(self.now(), new).await
    }

    /// Makes a local account for whoever has an invitation's secret, and takes the place that it keeps: both or neither.
    ///
    /// # Errors
    /// `NotFound` with code `invitation_invalid`; `Conflict` with code `username_taken`; what the store says.
    pub async fn register_invited(
        &self,
        new: &NewAccount,
        secret: &SecretDigest,
    ) -> Result<(User, Organisation)> {
        self.store().register_invited(self.now(), new, secret).await
    }

    /// A local account, to compare a password with.
    ///
    /// # Errors
    /// What the store says.
    pub async fn account(&self, username: &Username) -> Result<Option<Account>> {
        self.store().account(username).await
    }

    /// A user with where they belong.
    ///
    /// # Errors
    /// `Unauthenticated` where there is none, or their account is closed; what the store says.
    pub async fn known_user(&self, id: UserId) -> Result<Known<()>> {
        self.store().user(id).await?.ok_or_else(not_signed_in)
    }

    /// Whose login this is, unless it is over.
    ///
    /// # Errors
    /// What the store says.
    pub async fn known_login(&self, user: UserId, login: LoginId) -> Result<Option<Known<Login>>> {
        self.store().known_login(self.now(), user, login).await
    }

    /// Begins a login, which `secret` shows from now on; by a password, if that is still the one that was compared.
    ///
    /// # Errors
    /// `Unauthenticated` with code `credentials_invalid` where it is not; what the store says.
    pub async fn start_login(
        &self,
        user: UserId,
        (method, password): (LoginMethod, Option<PasswordHash>),
        from: &SignInFrom,
        secret: SecretDigest,
    ) -> Result<Login> {
        let at = self.now();
        let new = NewLogin {
            user_id: user,
            method,
            password,
            secret,
            user_agent: from.user_agent.clone(),
            address: from.address.clone(),
            expires_at: at + LOGIN_LASTS,
        };
        self.store().start_login(at, &new).await
    }

    /// Who shows this secret of a login.
    ///
    /// # Errors
    /// What the store says.
    pub async fn login(&self, secret: &SecretDigest) -> Result<Option<Known<Login>>> {
        let at = self.now();
        self.store().login(at, secret, at + LOGIN_LASTS).await
    }

    /// Replaces a login's secret, so that one that was copied is noticed.
    ///
    /// # Errors
    /// `Unauthenticated` with code `refresh_invalid`, or `refresh_reused` where the secret was replaced before, which
    /// ends the login; what the store says.
    pub async fn rotate_login(&self, secret: &SecretDigest, next: &SecretDigest) -> Result<Login> {
        let at = self.now();
        match self.store().rotate_login(at, secret, next, at + LOGIN_LASTS).await? {
            Rotation::Done(login) => Ok(login),
            Rotation::Reused(login) => {
                tracing::warn!(security_event = true, %login, "a refresh token was shown twice; its login was ended");
                let text = "This refresh token was used before, so the login was ended. Sign in again.";
                Err(Error::new(ErrorKind::Unauthenticated, "refresh_reused", text))
            }
            Rotation::Unknown => Err(Error::new(
                ErrorKind::Unauthenticated,
                "refresh_invalid",
                "The refresh token is not valid. Sign in again.",
            )),
        }
    }

    /// Has a login act in another organisation of its user's.
    ///
    /// # Errors
    /// `NotFound`; what the store says.
    pub async fn switch_organisation(&self, login: LoginId, org: OrgId) -> Result<Organisation> {
        self.store().switch_organisation(self.now(), login, org).await
    }

    /// The user's logins, the last used first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn logins(&self, user: UserId) -> Result<Vec<Login>> {
        self.store().logins(self.now(), user).await
    }

    /// Ends one of the user's logins.
    ///
    /// # Errors
    /// `NotFound`; what the store says.
    pub async fn end_login(&self, user: UserId, login: LoginId) -> Result<()> {
        self.store().end_login(self.now(), user, login).await
    }

    /// Ends all of the user's logins but `keep`, and tells how many.
    ///
    /// # Errors
    /// What the store says.
    pub async fn end_logins(&self, user: UserId, keep: Option<LoginId>) -> Result<u64> {
        self.store().end_logins(self.now(), user, keep).await
    }

    /// Replaces the password of a local account, whose other logins end.
    ///
    /// # Errors
    /// `NotFound` without such an account; what the store says.
    pub async fn set_password(
        &self,
        user: UserId,
        password: &PasswordHash,
        keep: Option<LoginId>,
    ) -> Result<()> {
        self.store().set_password(self.now(), user, password, keep).await
    }

    /// Sets a password by a reset's secret, which is used up. All logins of the account end.
    ///
    /// # Errors
    /// `Unauthenticated` with code `reset_invalid`; what the store says.
    pub async fn finish_reset(&self, secret: &SecretDigest, password: &PasswordHash) -> Result<()> {
        self.store().finish_reset(self.now(), secret, password).await.map(drop)
    }

    /// Who shows this secret of an API key.
    ///
    /// # Errors
    /// What the store says.
    pub async fn known_api_key(&self, secret: &SecretDigest) -> Result<Option<Known<ApiKey>>> {
        self.store().api_key(self.now(), secret).await
    }

    /// What an invitation offers to whoever has its secret.
    ///
    /// # Errors
    /// `NotFound` with code `invitation_invalid`; what the store says.
    pub async fn offered_place(&self, secret: &SecretDigest) -> Result<OfferedPlace> {
        self.store().offered_place(self.now(), secret).await
    }

    /// Takes the place that an invitation keeps.
    ///
    /// # Errors
    /// `NotFound` with code `invitation_invalid`; what the store says.
    pub async fn accept_invitation(&self, user: UserId, secret: &SecretDigest) -> Result<Organisation> {
        self.store().accept_invitation(self.now(), user, secret).await
    }
}

/// The one refusal of whoever is not known.
fn not_signed_in() -> Error {
    Error::new(ErrorKind::Unauthenticated, "unauthenticated", "Sign in first.")
}
