//! Users: who there is, new ones, closed accounts, admins, resets, logins.

use std::time::Duration;

use switchyard_api::{PublicUrl, hash_password, random_secret, secret_digest};
use switchyard_domain::credential::Secret;
use switchyard_domain::store::{Identities, Operating, Whom};
use switchyard_domain::user::{NewAccount, User, Username, check_password, display_name, email_address};
use switchyard_domain::{Error, ErrorKind, Result};

use super::{Operator, PAGE};

/// How long a link to set a new password is good for.
const RESET_LASTS: Duration = Duration::from_secs(3600);

/// An account as an operator describes it.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The name to sign in with.
    pub username: Username,
    /// Their name for display; the other one where `None`.
    pub name: Option<String>,
    /// Where mail reaches them.
    pub email: Option<String>,
}

impl Operator {
    /// Hands everybody to `tell`, in the order in which they came; closed accounts, too.
    ///
    /// # Errors
    /// What the store says.
    pub async fn users(&self, mut tell: impl FnMut(&User)) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.store.users(after, PAGE).await?;
            page.iter().for_each(&mut tell);
            match page.last() {
                Some(last) => after = Some(last.id),
                None => return Ok(()),
            }
        }
    }

    /// Makes a local account. The first user of all becomes instance admin.
    ///
    /// # Errors
    /// `Invalid` when name, address or password break a rule; `Conflict` with code `username_taken`.
    pub async fn create_user(&self, new: &Newcomer, password: &Secret) -> Result<User> {
        check_password(password.reveal())?;
        let account = NewAccount {
            username: new.username.clone(),
            name: display_name(new.name.as_deref().unwrap_or(new.username.as_str()))?,
            email: new.email.as_deref().map(email_address).transpose()?,
            password: hash_password(password.reveal())?,
        };
        self.store.register(self.now(), &account).await
    }

    /// Closes somebody's account, which ends their logins, or opens it again.
    ///
    /// # Errors
    /// `NotFound` with code `user_unknown`.
    pub async fn set_disabled(&self, whom: &Whom, disabled: bool) -> Result<User> {
        let id = self.find(whom).await?.id;
        self.store.set_user_disabled(self.now(), id, disabled).await
    }

    /// Makes somebody an instance admin, or takes that back.
    ///
    /// # Errors
    /// `NotFound` with code `user_unknown`.
    pub async fn set_admin(&self, whom: &Whom, admin: bool) -> Result<User> {
        let id = self.find(whom).await?.id;
        self.store.set_instance_admin(self.now(), id, admin).await
    }

    /// A link under which somebody can set a new password within the hour, once. The links before it are void.
    ///
    /// # Errors
    /// `NotFound` with code `user_unknown`; `Conflict` with code `user_disabled` or `no_local_account`.
    pub async fn start_reset(&self, whom: &Whom, public_url: &PublicUrl) -> Result<Secret> {
        let user = self.find(whom).await?;
        if user.disabled_at.is_some() {
            let text = "This account is closed, so that no link would let its user in. Open it first: `users enable`.";
            return Err(Error::conflict("user_disabled", text));
        }
        // Kept and found by its digest, as every random secret is.
        let secret = random_secret()?;
        let (at, digest) = (self.now(), secret_digest(secret.reveal()));
        let noted = self.store.start_reset(at, user.id, &digest, at + RESET_LASTS).await;
        noted.map_err(|error| match error.kind {
            ErrorKind::NotFound => Error::conflict(
                "no_local_account",
                "This user has no password here: somebody else vouches for them, and lets them in.",
            ),
            _ => error,
        })?;
        Ok(Secret::new(format!("{}/reset#token={}", public_url.origin(), secret.reveal())))
    }

    /// Ends all of somebody's logins; the answer is how many.
    ///
    /// # Errors
    /// `NotFound` with code `user_unknown`.
    pub async fn end_logins(&self, whom: &Whom) -> Result<u64> {
        let id = self.find(whom).await?.id;
        self.store.end_logins(self.now(), id, None).await
    }
}
