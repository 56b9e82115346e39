//! Where a remote's host is: resolved once, looked at, and told to git, so that a name cannot lead elsewhere meanwhile.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use switchyard_domain::remote::{RemoteUrl, Transport};
use switchyard_domain::{Error, Result};

use super::Rules;
use super::failure::unreachable;

/// How long names may take to resolve.
const PATIENCE: Duration = Duration::from_secs(20);

/// What git is told of a host's addresses, in curl's words; nothing where it may find them out by itself, or where the host
/// is an address already.
///
/// # Errors
/// `Conflict` with code `remote_forbidden` where the host is not a public one; `Unavailable` with code
/// `remote_unreachable` where its name is not known.
pub(super) async fn pinned(rules: &Rules, url: &RemoteUrl) -> Result<Option<String>> {
    if !rules.apart {
        return Ok(None);
    }
    let (name, port) = url.host().parts();
    let port = port.unwrap_or(if url.transport() == Transport::Http { 80 } else { 443 });
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((bare, port))).await;
    let found: Vec<IpAddr> = match found {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
        Ok(Err(error)) => return Err(unreachable(url, "its name is not known").caused_by(error)),
        Err(_) => return Err(unreachable(url, "its name could not be resolved in time")),
    };
    let excepted = rules.excepts(url);
    let mut allowed: Vec<String> = Vec::new();
    for address in found.into_iter().filter(|address| excepted || is_public(*address)) {
        let text = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        if !allowed.contains(&text) {
            allowed.push(text);
        }
    }
    if allowed.is_empty() {
        tracing::warn!(
            host = url.host().as_str(),
            security_event = true,
            "a remote that is not public is refused"
        );
        let text = format!(
            "{} is no public host, and is not reached from here. Whoever runs this instance can allow it.",
            url.host().as_str()
        );
        return Err(Error::conflict("remote_forbidden", text));
    }
    if bare.parse::<IpAddr>().is_ok() {
        return Ok(None);
    }
    Ok(Some(format!("{bare}:{port}:{}", allowed.join(","))))
}

/// Whether everybody on the internet would reach the same host at this address.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = match (a, b, c) {
        // This network; shared between a provider's customers; for protocols; for measurements; of the future.
        (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) | (240.., ..) => true,
        _ => false,
    };
    !(reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match parts {
        // Addresses of the old kind in other clothes are what they are.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(inner(high, low))
        }
        [0x2002, high, low, ..] => is_public_v4(inner(high, low)),
        // Tunnels, benchmarks and other special uses; documentation.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] => false,
        // What is given out to the public begins like this.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_that_is_an_address_is_looked_at_and_left_as_it_is() {
        let rules = Rules { apart: true, ..Rules::default() };
        let look = async |url: &str| pinned(&rules, &RemoteUrl::new(url).unwrap()).await;
        for public in ["https://[2606:50c0:8000::153]/a/b", "https://140.82.121.4:8443/a/b"] {
            assert_eq!(look(public).await.unwrap(), None, "{public}");
        }
        for own in ["https://[::1]/a/b", "https://10.0.0.1/a/b", "https://[::ffff:169.254.169.254]/a/b"] {
            assert_eq!(look(own).await.unwrap_err().code, "remote_forbidden", "{own}");
        }
    }

    #[test]
    fn what_leads_into_ones_own_network_is_not_public() {
        for own in [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "0.0.0.0",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(own.parse().unwrap()), "{own}");
        }
        for public in ["140.82.121.4", "172.15.0.1", "2606:50c0:8000::153", "64:ff9b::8c52:7904"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
