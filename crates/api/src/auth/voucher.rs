//! What lets somebody in, and for how long.

use switchyard_domain::user::SecretDigest;
use switchyard_domain::{LoginId, Timestamp};

/// What has to hold for somebody to stay let in, besides that they belong where they act.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Voucher {
    /// A login that has not ended.
    pub(crate) login: Option<LoginId>,
    /// The digest of a key that was not deleted.
    pub(crate) key: Option<SecretDigest>,
    /// That it is no later than this.
    pub(crate) until: Option<Timestamp>,
}
