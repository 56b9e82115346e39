//! Ports for dev servers: each workspace has ten of its own, the same ones whenever they are free.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use switchyard_domain::WorkspaceId;

/// How many ports a workspace has.
const BLOCK: u16 = 10;
/// The first port of the first workspace. All blocks end below the ports that systems give to connections.
const FIRST: u16 = 20_000;
/// How many workspaces have ports of their own before they begin to share.
const BLOCKS: u16 = 1_000;

/// The first of a workspace's ports: none of the ten is in use, nor `given` to another dev server that may not
/// listen yet. `None` where no ten are free.
pub(super) fn first_port(workspace: WorkspaceId, given: &[u16]) -> Option<u16> {
    let own = home_block(workspace);
    (0..BLOCKS)
        .map(|step| FIRST + (own + step) % BLOCKS * BLOCK)
        .find(|first| !given.contains(first) && (*first..first + BLOCK).all(is_free))
}

/// The block that a workspace gets if it is free: the same after each restart, so that what a browser keeps for the
/// address stays.
fn home_block(workspace: WorkspaceId) -> u16 {
    let id = workspace.0.as_u128();
    // The last bits of an id are random; the first are the time.
    u16::try_from(id % u128::from(BLOCKS)).unwrap_or(0)
}

/// A server may listen on either loopback address or on all; what a system does not have is in nobody's way.
fn is_free(port: u16) -> bool {
    let addresses =
        [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), SocketAddr::from((Ipv6Addr::LOCALHOST, port))];
    addresses.into_iter().all(|address| match TcpListener::bind(address) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_keeps_its_ports_unless_somebody_listens_there() {
        let workspace = WorkspaceId::new();
        let first = first_port(workspace, &[]).unwrap();
        assert_eq!(first_port(workspace, &[]), Some(first));
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, first + 3)).unwrap();
        let other = first_port(workspace, &[]).unwrap();
        assert_ne!(other, first);
        assert!((FIRST..FIRST + BLOCK * BLOCKS).contains(&other) && other.is_multiple_of(BLOCK));
        drop(listener);
        assert_eq!(first_port(workspace, &[]), Some(first));
    }

    #[test]
    fn two_dev_servers_that_do_not_listen_yet_get_different_ports() {
        let workspace = WorkspaceId::new();
        let first = first_port(workspace, &[]).unwrap();
        let second = first_port(workspace, &[first]).unwrap();
        assert_ne!(first, second);
    }
}
