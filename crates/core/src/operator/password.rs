//! Passwords that no person typed: those that nobody knows, and hashes that were made elsewhere.

use argon2::password_hash::phc;
use switchyard_api::{hash_password, random_secret};
use switchyard_domain::user::PasswordHash;
use switchyard_domain::{Error, Result};

/// Most memory that comparing with an imported password may take, in KiB: each attempt to sign in takes that much of
/// the server.
const MOST_MEMORY: u32 = 256 * 1024;
/// Most passes over it, and most lanes.
const MOST_PASSES: u32 = 16;

/// A password that nobody knows.
///
/// # Errors
/// `Internal` when the operating system has no random numbers.
pub(super) fn nobodys() -> Result<PasswordHash> {
    hash_password(random_secret()?.reveal())
}

/// A hash that was made elsewhere, if the server can compare with it at a cost that it can bear.
///
/// # Errors
/// `Invalid` with field `password_hash`.
pub(super) fn made_elsewhere(text: &str) -> Result<PasswordHash> {
    let invalid = |why: &'static str| Error::invalid("password_hash", why);
    let read = phc::PasswordHash::new(text)
        .map_err(|_| invalid("is no PHC string, as in $argon2id$v=19$m=19456,t=2,p=1$salt$hash"))?;
    if read.algorithm.as_str() != "argon2id" || read.version != Some(19) {
        return Err(invalid("must be argon2id, version 19"));
    }
    if read.salt.is_none() || read.hash.is_none() {
        return Err(invalid("has no salt or no hash"));
    }
    let parameters =
        argon2::Params::try_from(&read).map_err(|_| invalid("has parameters that cannot be read"))?;
    let (memory, passes, lanes) = (parameters.m_cost(), parameters.t_cost(), parameters.p_cost());
    if memory > MOST_MEMORY || passes > MOST_PASSES || lanes > MOST_PASSES {
        return Err(invalid("takes too much to compare with: m is 262144 at most, t and p 16"));
    }
    Ok(PasswordHash::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_taken_if_the_server_can_compare_with_it() {
        let own = hash_password("correct horse battery").unwrap();
        assert_eq!(made_elsewhere(own.as_str()).unwrap(), own);
        assert_ne!(nobodys().unwrap(), nobodys().unwrap());
        let tail = "c2FsdHNhbHRzYWx0$nQEdLHq3ssjV3fA1c2f3f9xM8d1m3E9cT5bN2p0m1ZQ";
        assert!(made_elsewhere(&format!("$argon2id$v=19$m=65536,t=3,p=4${tail}")).is_ok());
        for bad in [
            "correct horse battery",
            "",
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            &format!("$argon2i$v=19$m=65536,t=3,p=4${tail}"),
            &format!("$argon2id$v=16$m=65536,t=3,p=4${tail}"),
            &format!("$argon2id$v=19$m=4194304,t=3,p=4${tail}"),
            &format!("$argon2id$v=19$m=65536,t=1000,p=4${tail}"),
            "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0",
            "$argon2id$v=19$m=65536,t=3,p=4",
        ] {
            assert_eq!(made_elsewhere(bad).unwrap_err().field, Some("password_hash"), "{bad}");
        }
    }
}
