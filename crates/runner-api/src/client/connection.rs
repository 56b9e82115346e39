//! The way to a runner, which may be starting, gone, or standing still.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use switchyard_domain::{Error, UserId};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep};
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

use crate::fault::CannotStart;
use crate::hosted::RemoteHost;

/// How often it is looked whether it does by now.
const PULSE: Duration = Duration::from_millis(5);

/// How often a runner is probed that has a call to answer, and how long it may leave a probe unanswered. One that stands
/// still breaks no connection, and would be waited for without an end.
const PROBED: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(20);

/// Where a runner is to be found.
#[derive(Clone)]
pub(crate) enum Address {
    /// On this socket.
    Socket(PathBuf),
    /// Wherever the host says, which starts it.
    Hosted { host: RemoteHost, user: UserId },
}

/// Why there is no runner, where whoever starts it knows.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<String>>>);

impl Trouble {
    pub(super) fn told(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, reason: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }
}

/// A connection to be, which waits this long for a runner that does not listen yet.
pub(super) fn channel(
    address: &Address,
    trouble: &Trouble,
    patience: Duration,
    tune: impl Fn(Endpoint) -> Endpoint,
) -> Channel {
    let (address, trouble) = (address.clone(), trouble.clone());
    let connector = service_fn(move |_: Uri| connect(address.clone(), trouble.clone(), patience));
    // Requests want an authority; the connector alone knows where they go.
    let endpoint = probed(Endpoint::from_static("http://runner.invalid"));
    tune(endpoint).connect_with_connector_lazy(connector)
}

/// A connection that breaks once the other side stands still.
pub(crate) fn probed(endpoint: Endpoint) -> Endpoint {
    endpoint.http2_keep_alive_interval(PROBED).keep_alive_timeout(SILENCE)
}

type Unreachable = Box<dyn std::error::Error + Send + Sync>;

/// Connects to a runner, which may not be there yet.
async fn connect(
    address: Address,
    trouble: Trouble,
    patience: Duration,
) -> std::result::Result<TokioIo<UnixStream>, Unreachable> {
    let begun = Instant::now();
    loop {
        match address.connect(&trouble).await {
            Ok(stream) => return Ok(TokioIo::new(stream)),
            Err(error) if begun.elapsed() > patience => return Err(error),
            Err(_) => sleep(PULSE).await,
        }
    }
}

impl Address {
    async fn connect(&self, trouble: &Trouble) -> std::result::Result<UnixStream, Unreachable> {
        match self {
            Self::Socket(path) => UnixStream::connect(path).await.map_err(|error| match trouble.told() {
                Some(reason) => CannotStart(Error::unavailable("runner_unavailable", reason)).into(),
                None => error.into(),
            }),
            Self::Hosted { host, user } => {
                // It may end between the host's answer and our coming; then the host starts another.
                let found = host.open(*user).await;
                trouble.set(found.as_ref().err().map(|error| error.message.to_string()));
                Ok(UnixStream::connect(found.map_err(CannotStart)?).await?)
            }
        }
    }
}
