//! The runners of several users, each started and found by a host.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use switchyard_domain::runner::{Runner, Runners};
use switchyard_domain::{Error, Result, UserId};
use tonic::transport::{Channel, Endpoint};

use crate::client::{Address, RemoteRunner, answer, probed};
use crate::proto::runner_host_client::RunnerHostClient;
use crate::{PROTOCOL, proto};

/// Most users whose runners are remembered at once; beyond that, those that nobody uses now are forgotten.
const MOST_KEPT: usize = 4096;

/// A host at the end of a Unix socket. Cheap to clone; connects on first use and again after a loss.
#[derive(Clone)]
pub(crate) struct RemoteHost {
    client: RunnerHostClient<Channel>,
}

/// What a host says of the machine that it keeps users apart on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostDescription {
    /// The program's version.
    pub version: String,
    /// By what users are kept apart: `user`, which is a user id for each, and Landlock.
    pub isolation: String,
    /// Number of the kernel's Landlock interface.
    pub landlock_abi: u32,
    /// Users that can still be taken in.
    pub uids_left: u32,
    /// What this kernel lets pass that a newer one would not, in words.
    pub gaps: Vec<String>,
}

impl RemoteHost {
    /// Has the user's runner be started unless it is there, and answers where it listens.
    pub(crate) async fn open(&self, user: UserId) -> Result<PathBuf> {
        let request = proto::OpenRequest { user_id: user.to_string() };
        answer(self.client.clone().open(request).await).map(|reply| reply.socket.into())
    }
}

/// The runners of several users, each kept apart from the others.
pub struct HostedRunners {
    host: RemoteHost,
    runners: Mutex<HashMap<UserId, Arc<RemoteRunner>>>,
}

impl HostedRunners {
    /// The runners of the host that listens on the Unix socket at `path`. Does not connect yet.
    ///
    /// # Errors
    /// `Internal` when the path cannot be written as an address.
    pub fn at(path: &Path) -> Result<Self> {
        let endpoint = Endpoint::try_from(format!("unix://{}", path.display())).map_err(Error::internal)?;
        let client = RunnerHostClient::new(probed(endpoint).connect_lazy());
        Ok(Self { host: RemoteHost { client }, runners: Mutex::default() })
    }

    /// Asks the host how it keeps users apart.
    ///
    /// # Errors
    /// `Unavailable` when nobody answers, and with code `runner_protocol` when it speaks another protocol.
    pub async fn describe(&self) -> Result<HostDescription> {
        let request = proto::DescribeRequest { protocol: PROTOCOL };
        let reply = answer(self.host.client.clone().describe(request).await)?;
        if reply.protocol != PROTOCOL {
            let text = format!(
                "The runner host is of version {}; start the same version as the server's.",
                reply.version
            );
            return Err(Error::unavailable("runner_protocol", text));
        }
        Ok(HostDescription {
            version: reply.version,
            isolation: reply.isolation,
            landlock_abi: reply.landlock_abi,
            uids_left: reply.uids_left,
            gaps: reply.gaps,
        })
    }

    fn remote(&self, user: UserId) -> Arc<RemoteRunner> {
        let mut runners = self.runners.lock().unwrap_or_else(PoisonError::into_inner);
        if runners.len() >= MOST_KEPT && !runners.contains_key(&user) {
            runners.retain(|_, runner| Arc::strong_count(runner) > 1);
        }
        let new = || Arc::new(RemoteRunner::at(Address::Hosted { host: self.host.clone(), user }));
        Arc::clone(runners.entry(user).or_insert_with(new))
    }
}

impl Runners for HostedRunners {
    fn of(&self, user: UserId) -> Arc<dyn Runner> {
        self.remote(user)
    }
}
