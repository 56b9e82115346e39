//! Whose requests are counted together.

use std::net::{IpAddr, Ipv6Addr};

use sha2::{Digest, Sha256};
use switchyard_domain::UserId;
use switchyard_domain::credential::Secret;
use switchyard_domain::limit::Bucket;
use switchyard_domain::user::Username;

/// How many buckets strangers share for each purpose. There are more addresses and names than any table holds; two of them
/// that share a bucket are as unlikely as there are buckets, and nobody can bring it about.
const STRANGERS: u32 = 1 << 16;

/// Names the buckets.
pub(super) struct Subjects {
    key: [u8; 32],
}

impl Subjects {
    pub(super) fn new(secret: &Secret) -> Self {
        Self {
            key: Sha256::new().chain_update(b"rate limits\0").chain_update(secret.reveal()).finalize().into(),
        }
    }

    fn digest(&self, purpose: &str, kind: &str, subject: &[u8]) -> [u8; 32] {
        // Each part is of known length or ends with a byte that none has in it.
        let digest = Sha256::new().chain_update(self.key).chain_update(purpose).chain_update(b"\0");
        digest.chain_update(kind).chain_update(b"\0").chain_update(subject).finalize().into()
    }

    fn stranger(&self, purpose: &str, kind: &str, subject: &[u8]) -> Bucket {
        let [a, b, c, d, ..] = self.digest(purpose, kind, subject);
        let slot = u32::from_be_bytes([a, b, c, d]) % STRANGERS;
        Bucket(self.digest(purpose, "stranger", &slot.to_be_bytes()))
    }

    /// A user's, of whom there are as many as have an account.
    pub(super) fn user(&self, purpose: &str, user: UserId) -> Bucket {
        Bucket(self.digest(purpose, "user", user.0.as_bytes()))
    }

    /// Of the network that an address is in.
    pub(super) fn address(&self, purpose: &str, address: Option<IpAddr>) -> Bucket {
        self.stranger(purpose, "address", &network(address))
    }

    /// Guesses at the password of this name: from anywhere, or from the network of an address.
    pub(super) fn name(&self, name: &Username, from: Option<Option<IpAddr>>) -> Bucket {
        match from {
            None => self.stranger("guess", "name", name.as_str().as_bytes()),
            Some(address) => {
                let subject = [name.as_str().as_bytes(), b"\0", &network(address)].concat();
                self.stranger("guess", "name at home", &subject)
            }
        }
    }
}

/// What one subscriber has: of the newer kind of address, 64 bits (RFC 6177).
pub(crate) fn network(address: Option<IpAddr>) -> Vec<u8> {
    match address.map(|address| address.to_canonical()) {
        None => Vec::new(),
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => prefix(address).to_vec(),
    }
}

fn prefix(address: Ipv6Addr) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = address.octets();
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn subjects(secret: &str) -> Subjects {
        Subjects::new(&Secret::new(secret.to_owned()))
    }

    fn at(subjects: &Subjects, address: &str) -> Bucket {
        subjects.address("default", Some(address.parse().unwrap()))
    }

    #[test]
    fn a_network_of_the_newer_kind_is_one_however_many_addresses_it_has() {
        let here = subjects("one");
        assert_eq!(at(&here, "2001:db8:1:2::3"), at(&here, "2001:db8:1:2:ffff::9"));
        assert_ne!(at(&here, "2001:db8:1:2::3"), at(&here, "2001:db8:1:3::3"));
        assert_eq!(at(&here, "192.0.2.1"), at(&here, "::ffff:192.0.2.1"));
        assert_ne!(at(&here, "192.0.2.1"), at(&here, "192.0.2.2"));
    }

    #[test]
    fn a_bucket_is_for_one_purpose_and_of_one_instance() {
        let (here, user) = (subjects("one"), UserId::new());
        assert_ne!(here.user("default", user), here.user("auth", user));
        assert_ne!(here.user("default", user), subjects("another").user("default", user));
        assert_eq!(here.user("default", user), subjects("one").user("default", user));
    }

    #[test]
    fn strangers_share_a_number_of_buckets_that_does_not_grow() {
        let here = subjects("one");
        let all: HashSet<Bucket> =
            (0..200_000_u32).map(|number| at(&here, &std::net::Ipv4Addr::from(number).to_string())).collect();
        assert!(all.len() <= STRANGERS as usize && all.len() > STRANGERS as usize / 2, "{}", all.len());
    }
}
