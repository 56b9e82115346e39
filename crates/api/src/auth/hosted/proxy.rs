//! The proxy in front of the instance: where requests come from, and, where an operator trusts it, who sends them (ID-10).

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;
use switchyard_domain::group::{MOST_OF_ONE, group_name};
use switchyard_domain::user::{OutsideIdentity, Provider};
use switchyard_domain::{Error, ErrorKind, Result};

const USER: &str = "x-forwarded-user";
const EMAIL: &str = "x-forwarded-email";
const GROUPS: &str = "x-forwarded-groups";
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Longest name that a proxy may give somebody, in bytes.
const LONGEST_SUBJECT: usize = 256;

/// Who a trusted proxy says sends this request; nobody where it comes from elsewhere, whatever it carries.
pub(super) fn identity(parts: &Parts, trusted: &[IpNet]) -> Result<Option<OutsideIdentity>> {
    if !peer(parts).is_some_and(|peer| is_trusted(peer, trusted)) || !parts.headers.contains_key(USER) {
        return Ok(None);
    }
    let refused = || {
        let text = "The proxy in front of Switchyard sent a name that cannot be read.";
        Error::new(ErrorKind::Unauthenticated, "proxy_identity_invalid", text)
    };
    let subject = single(&parts.headers, USER)
        .filter(|name| !name.is_empty() && name.len() <= LONGEST_SUBJECT)
        .ok_or_else(refused)?;
    let email =
        single(&parts.headers, EMAIL).and_then(|text| switchyard_domain::user::email_address(text).ok());
    Ok(Some(OutsideIdentity {
        provider: Provider::Proxy,
        subject: subject.to_owned(),
        user_id: None,
        name: subject.chars().take(100).collect(),
        email,
        avatar_url: None,
    }))
}

/// The groups that a proxy, which is trusted, says its user is in. What cannot be a group's name is passed over, and so is
/// what is beyond the most.
pub(super) fn groups(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(GROUPS).iter().filter_map(|line| line.to_str().ok());
    let named = lines.flat_map(|line| line.split(',')).filter_map(|name| group_name(name).ok());
    let mut groups: Vec<String> = named.collect();
    groups.sort();
    groups.dedup();
    groups.truncate(MOST_OF_ONE);
    groups
}

/// The network address that a request comes from: what trusted proxies say, as far back as they are trusted.
pub(super) fn client_of(parts: &Parts, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut client = peer(parts)?;
    let lines = parts.headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    let told: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    for address in told.iter().rev() {
        let Ok(next) = address.parse::<IpAddr>() else { break };
        if !is_trusted(client, trusted) {
            break;
        }
        client = next.to_canonical();
    }
    Some(client)
}

fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_canonical())
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&address))
}

/// A header that is there once, as text on one line.
fn single<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next().filter(|_| all.next().is_none())?;
    first.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(peer: &str, headers: &[(&str, &str)]) -> Parts {
        let request = headers
            .iter()
            .fold(Request::get("/api/tasks"), |request, (name, value)| request.header(*name, *value));
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
        parts
    }

    fn trusted() -> Vec<IpNet> {
        vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]
    }

    #[test]
    fn only_a_trusted_proxy_names_somebody() {
        let headers = [("x-forwarded-user", "ada"), ("x-forwarded-email", "ada@example.org")];
        let named = identity(&parts("10.1.2.3", &headers), &trusted()).unwrap().unwrap();
        assert_eq!((named.subject.as_str(), named.email.as_deref()), ("ada", Some("ada@example.org")));
        assert!(identity(&parts("::ffff:10.1.2.3", &headers), &trusted()).unwrap().is_some());
        for stranger in ["192.0.2.1", "11.0.0.1", "::1"] {
            assert!(identity(&parts(stranger, &headers), &trusted()).unwrap().is_none(), "{stranger}");
        }
        assert!(identity(&parts("10.1.2.3", &headers), &[]).unwrap().is_none());
    }

    #[test]
    fn groups_are_named_in_one_line_or_many_and_nonsense_is_passed_over() {
        let long = "x".repeat(101);
        let told = [("x-forwarded-groups", "ops, devs,,devs"), ("x-forwarded-groups", long.as_str())];
        assert_eq!(groups(&parts("10.1.2.3", &told).headers), ["devs", "ops"]);
        let many = (0..300).map(|number| format!("g{number:03}")).collect::<Vec<_>>().join(",");
        assert_eq!(groups(&parts("10.1.2.3", &[("x-forwarded-groups", &many)]).headers).len(), MOST_OF_ONE);
        assert!(groups(&parts("10.1.2.3", &[]).headers).is_empty());
    }

    #[test]
    fn two_names_are_none() {
        let twice = [("x-forwarded-user", "ada"), ("x-forwarded-user", "root")];
        let refused = identity(&parts("10.1.2.3", &twice), &trusted()).unwrap_err();
        assert_eq!(refused.code, "proxy_identity_invalid");
        assert!(identity(&parts("10.1.2.3", &[("x-forwarded-user", "")]), &trusted()).is_err());
    }

    #[test]
    fn an_address_is_believed_as_far_back_as_proxies_are() {
        let told = [("x-forwarded-for", "203.0.113.9, 198.51.100.7, 10.9.9.9")];
        let client = |peer: &str, told| client_of(&parts(peer, told), &trusted()).unwrap().to_string();
        assert_eq!(client("10.1.2.3", &told), "198.51.100.7");
        assert_eq!(client("192.0.2.1", &told), "192.0.2.1");
        let nonsense = [("x-forwarded-for", "<script>, 10.9.9.9")];
        assert_eq!(client("10.1.2.3", &nonsense), "10.9.9.9");
    }
}
