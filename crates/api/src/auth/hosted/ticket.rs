//! Tickets: what opens one WebSocket, once and soon, for whoever cannot send headers along with it (TF-3).
//!
//! A ticket says itself who it is for and what vouched for them, signed by us. Nothing is kept of one until it is used up:
//! then its digest is, until it would be late, so that no replica takes it a second time.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use switchyard_domain::user::SecretDigest;
use switchyard_domain::{Error, ErrorKind, LoginId, OrgId, Result, Scope, Timestamp, UserId};
use uuid::Uuid;

use super::signed::Signer;
use crate::auth::random_secret;
use crate::auth::voucher::Voucher;

/// How long a ticket may wait to be used.
const LASTS: Duration = Duration::from_secs(30);

const TYPE: &str = "switchyard-ticket+jwt";

/// Who a ticket is for.
pub(super) struct Ticket {
    pub(super) user: UserId,
    pub(super) org: OrgId,
    pub(super) voucher: Voucher,
    /// What it is used up by: the text itself could be written in more than one way.
    pub(super) number: String,
    pub(super) expires_at: Timestamp,
}

#[derive(Clone, Serialize, Deserialize)]
struct Written {
    sub: Uuid,
    org: Uuid,
    login: Option<Uuid>,
    key: Option<String>,
    until: Option<i64>,
    jti: String,
    exp: i64,
}

impl Ticket {
    /// A ticket for whoever acts in `scope`, for as long as what let them in does.
    pub(super) fn issue(scope: &Scope, voucher: Voucher, at: Timestamp) -> Result<Self> {
        let number = random_secret()?.reveal().to_owned();
        // To the second, as it is written.
        let expires_at =
            Timestamp::from_unix_timestamp((at + LASTS).unix_timestamp()).map_err(Error::internal)?;
        Ok(Self { user: scope.user(), org: scope.org(), voucher, number, expires_at })
    }

    pub(super) fn write(&self, signer: &Signer) -> Result<String> {
        let written = Written {
            sub: self.user.into(),
            org: self.org.into(),
            login: self.voucher.login.map(Uuid::from),
            key: self.voucher.key.map(|digest| URL_SAFE_NO_PAD.encode(digest.0)),
            until: self.voucher.until.map(Timestamp::unix_timestamp),
            jti: self.number.clone(),
            exp: self.expires_at.unix_timestamp(),
        };
        signer.write(TYPE, &written)
    }

    /// A ticket that we issued and that is not late.
    ///
    /// # Errors
    /// `Unauthenticated` with code `ticket_invalid`.
    pub(super) fn read(signer: &Signer, text: &str) -> Result<Self> {
        signer.read(TYPE, text).and_then(Self::of).ok_or_else(invalid)
    }

    fn of(written: Written) -> Option<Self> {
        let time = |secs| Timestamp::from_unix_timestamp(secs).ok();
        let key = match written.key {
            Some(text) => Some(SecretDigest(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?)),
            None => None,
        };
        let until = match written.until {
            Some(secs) => Some(time(secs)?),
            None => None,
        };
        Some(Self {
            user: written.sub.into(),
            org: written.org.into(),
            voucher: Voucher { login: written.login.map(LoginId::from), key, until },
            number: written.jti,
            expires_at: time(written.exp)?,
        })
    }
}

/// The one refusal of tickets, whatever is wrong with them.
pub(super) fn invalid() -> Error {
    let text = "The ticket is not valid, or not any more: each is good once, for 30 seconds. Get a new one.";
    Error::new(ErrorKind::Unauthenticated, "ticket_invalid", text)
}

#[cfg(test)]
mod tests {
    use switchyard_domain::{Actor, Role};

    use super::super::signed::{now, signer};
    use super::*;

    fn issued(at: Timestamp) -> Ticket {
        let org = OrgId::new();
        let scope = Actor::authenticated(UserId::new(), vec![(org, Role::Member)]).scope(org).unwrap();
        let voucher = Voucher { key: Some(SecretDigest([7; 32])), until: Some(at), ..Voucher::default() };
        Ticket::issue(&scope, voucher, at).unwrap()
    }

    #[test]
    fn a_ticket_says_who_it_is_for_until_it_is_late() {
        let (signer, now) = (signer("one", None), now());
        let ticket = issued(now);
        let read = Ticket::read(&signer, &ticket.write(&signer).unwrap()).unwrap();
        assert_eq!((read.user, read.org, read.number), (ticket.user, ticket.org, ticket.number));
        assert_eq!(read.voucher.key.unwrap().0, [7; 32]);
        assert_eq!(read.voucher.until.unwrap().unix_timestamp(), now.unix_timestamp());
        let late = issued(now - Duration::from_secs(31)).write(&signer).unwrap();
        assert_eq!(Ticket::read(&signer, &late).err().unwrap().code, "ticket_invalid");
    }
}
